import type { AppRecord } from '@pics/core';
import { integers } from '../array-literals.ts';
import type { Bind } from '../prepared-statement.ts';
import type { Changes, KnownApp, Parts } from './changes.ts';
import { unnestRows, type Column } from './unnest-rows.ts';

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

const FRESH: readonly Column<AppRecord>[] = [
  { name: 'appid', type: 'integer', valueOf: ({ appid }) => appid },
  { name: 'pics_access', type: 'text', valueOf: ({ access }) => access },
  ...COLUMNS,
];

const KNOWN: readonly Column<KnownApp>[] = [
  ...FRESH.map(({ name, type, valueOf }) => ({
    name,
    type,
    valueOf: ({ record }: KnownApp) => valueOf(record),
  })),
  { name: 'has_common', type: 'boolean', valueOf: ({ record }) => record.common !== undefined },
  { name: 'has_extended', type: 'boolean', valueOf: ({ record }) => record.extended !== undefined },
  { name: 'has_depots', type: 'boolean', valueOf: ({ record }) => record.depots !== undefined },
  { name: 'links_change', type: 'boolean', valueOf: ({ linksChange }) => linksChange },
];

/**
 * Inserts apps that are not stored yet, updates those of which anything differs, in the sections that their records carry,
 * and marks those as removed that Steam no longer knows: their rows stay.
 *
 * Comparing and storing go through text where a column is text, because a table that was there before may have another
 * type in its place, such as an enum. `updated_at` says when anything stored of the app changed last, links included.
 */
export function appParts(bind: Bind<Changes>): Parts {
  const assignments = COLUMNS.map(
    (column) =>
      `${column.name} = case when next.has_${column.section} then next.${column.name} else ${stored(column)} end`,
  );
  const differences = (['common', 'extended', 'depots'] as const).map((section) => {
    const own = COLUMNS.filter((column) => column.section === section);
    const next = own.map(({ name }) => `next.${name}`);
    return `next.has_${section} and (${own.map(stored).join(', ')}) is distinct from (${next.join(', ')})`;
  });
  return {
    added: `
      insert into apps (${FRESH.map(({ name }) => name).join(', ')})
      select * from ${unnestRows(bind, ({ fresh }) => fresh, FRESH)} as next
      returning appid`,
    changed: `
      update apps
      set pics_access = next.pics_access, updated_at = now(), ${assignments.join(', ')}
      from ${unnestRows(bind, ({ known }) => known, KNOWN)} as next
      where apps.appid = next.appid and (
        next.links_change or apps.pics_access is distinct from next.pics_access or ${differences.join(' or ')}
        or next.appid in (select appid from deck_changed union all select appid from deck_added
          union all select appid from deck_gone))
      returning apps.appid`,
    removed: `
      update apps set pics_access = 'removed', updated_at = now()
      where appid = any (${bind(({ unknown }) => integers(unknown))}::integer[])
        and pics_access is distinct from 'removed'
      returning appid`,
  };
}

function stored({ name, type }: AppColumn): string {
  return type === 'text' ? `apps.${name}::text` : `apps.${name}`;
}
