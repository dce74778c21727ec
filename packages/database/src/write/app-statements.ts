import type { AppRecord } from '@pics/core';
import { sql, type RawBuilder } from 'kysely';
import { integers, unnestRows, type Column } from './unnest-rows.ts';

/** A column of `apps`, and the section that carries it: where the section is absent, what is stored stays. */
interface AppColumn extends Column<AppRecord> {
  section: 'common' | 'extended' | 'depots';
}

/** The columns of `apps` that Steam fills. */
const COLUMNS: readonly AppColumn[] = [
  { section: 'common', name: 'name', type: 'text', valueOf: ({ common }) => common?.name },
  { section: 'common', name: 'type', type: 'text', valueOf: ({ common }) => common?.type },
  {
    section: 'common',
    name: 'controller_support',
    type: 'text',
    valueOf: ({ common }) => common?.controllerSupport,
  },
  {
    section: 'common',
    name: 'pics_review_score',
    type: 'smallint',
    valueOf: ({ common }) => common?.reviewScore,
  },
  {
    section: 'common',
    name: 'pics_review_percentage',
    type: 'smallint',
    valueOf: ({ common }) => common?.reviewPercentage,
  },
  {
    section: 'common',
    name: 'metacritic_score',
    type: 'smallint',
    valueOf: ({ common }) => common?.metacriticScore,
  },
  { section: 'common', name: 'metacritic_url', type: 'text', valueOf: ({ common }) => common?.metacriticUrl },
  { section: 'common', name: 'platforms', type: 'text', valueOf: ({ common }) => common?.platforms },
  { section: 'common', name: 'release_state', type: 'text', valueOf: ({ common }) => common?.releaseState },
  { section: 'common', name: 'parent_appid', type: 'integer', valueOf: ({ common }) => common?.parentAppid },
  {
    section: 'common',
    name: 'content_descriptors',
    type: 'jsonb',
    valueOf: ({ common }) => common?.contentDescriptors,
  },
  { section: 'common', name: 'languages', type: 'jsonb', valueOf: ({ common }) => common?.languages },
  {
    section: 'common',
    name: 'steam_release_date',
    type: 'unixSeconds',
    valueOf: ({ common }) => common?.steamReleaseDate,
  },
  {
    section: 'common',
    name: 'original_release_date',
    type: 'unixSeconds',
    valueOf: ({ common }) => common?.originalReleaseDate,
  },
  { section: 'extended', name: 'is_free', type: 'boolean', valueOf: ({ extended }) => extended?.isFree },
  {
    section: 'extended',
    name: 'homepage_url',
    type: 'text',
    valueOf: ({ extended }) => extended?.homepageUrl,
  },
  { section: 'extended', name: 'app_state', type: 'text', valueOf: ({ extended }) => extended?.appState },
  {
    section: 'depots',
    name: 'last_content_update',
    type: 'unixSeconds',
    valueOf: ({ depots }) => depots?.lastContentUpdate,
  },
  {
    section: 'depots',
    name: 'current_build_id',
    type: 'text',
    valueOf: ({ depots }) => depots?.currentBuildId,
  },
];

const INSERTED: readonly Column<AppRecord>[] = [
  { name: 'appid', type: 'integer', valueOf: ({ appid }) => appid },
  { name: 'pics_access', type: 'text', valueOf: ({ access }) => access },
  ...COLUMNS,
];
const INSERT = sql.raw(`insert into apps (${INSERTED.map(({ name }) => name).join(', ')}) select *`);

/** Inserts apps that are not stored yet. */
export function insertApps(records: readonly AppRecord[]): RawBuilder<unknown> {
  return sql`${INSERT} from ${unnestRows(records, INSERTED)}`;
}

const carried = (section: AppColumn['section']) => `next.has_${section}`;
const stored = ({ name, type }: AppColumn) => (type === 'text' ? `apps.${name}::text` : `apps.${name}`);

const COMPARED: readonly Column<AppRecord>[] = [
  ...INSERTED,
  { name: 'has_common', type: 'boolean', valueOf: ({ common }) => common !== undefined },
  { name: 'has_extended', type: 'boolean', valueOf: ({ extended }) => extended !== undefined },
  { name: 'has_depots', type: 'boolean', valueOf: ({ depots }) => depots !== undefined },
];
const CHANGE = sql.raw(`
  set pics_access = next.pics_access, updated_at = now(), ${COLUMNS.map(
    (column) =>
      `${column.name} = case when ${carried(column.section)} then next.${column.name} else ${stored(column)} end`,
  ).join(', ')}`);
const DIFFERS = sql.raw(
  [
    'apps.pics_access is distinct from next.pics_access',
    ...(['common', 'extended', 'depots'] as const).map((section) => {
      const own = COLUMNS.filter((column) => column.section === section);
      const after = own.map(({ name }) => `next.${name}`);
      return `${carried(section)} and (${own.map(stored).join(', ')}) is distinct from (${after.join(', ')})`;
    }),
  ].join(' or '),
);

/**
 * Updates stored apps where anything differs, in the sections that the records carry.
 *
 * Comparing and storing go through text where a column is text, because a table that was there before may have another
 * type in its place, such as an enum. `updated_at` says when anything stored of the app changed last, links included.
 *
 * @param touched condition on the app of a row `next`: something of it that stands in another table changes.
 */
export function updateApps(records: readonly AppRecord[], touched: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    update apps ${CHANGE}
    from ${unnestRows(records, COMPARED)}
    where apps.appid = next.appid and (${DIFFERS} or ${touched})
    returning apps.appid`;
}

/** Marks those of these apps that are stored as removed: Steam no longer knows them. Their rows stay. */
export function removeApps(appids: readonly number[]): RawBuilder<unknown> {
  return sql`
    update apps set pics_access = 'removed', updated_at = now()
    where appid = any (${integers(appids)}) and pics_access is distinct from 'removed'
    returning appid`;
}
