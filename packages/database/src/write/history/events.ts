import type { AppRecord, Changes, ValueChange } from '@pics/core';
import { sql, type Transaction } from 'kysely';
import { unnest } from '../../connection/unnest.ts';
import type { Schema } from '../../schema.ts';
import type { ExistingTables } from '../existing-tables.ts';
import { rowCounts, type RowCounts } from '../row-changes.ts';

type EventType = Schema['picsEvents']['type'];

/** What happened to one app in a write. */
export interface Event {
  type: EventType;
  appid: number;
  changeNumber: number | null;
  changes: Changes;
}

/** What `apps.pics_access` says; null before the first response of Steam. */
type Access = AppRecord['access'] | 'removed' | null;

/** Inserts these events in the order of their apps. */
export async function insertEvents(trx: Transaction<Schema>, events: readonly Event[]): Promise<RowCounts> {
  if (events.length === 0) return rowCounts({});
  const rows = events.map(({ type, appid, changeNumber, changes }) => ({
    type,
    subjectId: appid,
    changeNumber,
    changes,
  }));
  const types = { type: 'text', subjectId: 'integer', changeNumber: 'bigint', changes: 'jsonb' } as const;
  await trx
    .insertInto('picsEvents')
    .columns(['type', 'subjectId', 'changeNumber', 'changes', 'kind'])
    .expression(
      trx
        .selectFrom(unnest(rows, types))
        .select([
          sql<EventType>`next.type`.as('type'),
          'subjectId',
          'changeNumber',
          'changes',
          sql.lit('app').as('kind'),
        ])
        .orderBy('subjectId'),
    )
    .execute();
  return rowCounts({ added: events.length });
}

/** Whether the first fill is over, after which an app that is stored for the first time is news; see `markFilled`. */
export async function isFilled(trx: Transaction<Schema>): Promise<boolean> {
  const state = await trx.selectFrom('picsState').select('filledAt').executeTakeFirst();
  return state?.filledAt != null;
}

/** An app that is stored for the first time: its name and its type say which it is. */
export function appAdded({ appid, changeNumber, common }: AppRecord): Event {
  const changes: Changes = {};
  if (common?.name) changes['name'] = { old: null, new: common.name };
  if (common?.type) changes['type'] = { old: null, new: common.type };
  return { type: 'app.added', appid, changeNumber, changes };
}

/** An app that Steam does not know any more. */
export function appRemoved(appid: number, access: Access): Event {
  return {
    type: 'app.removed',
    appid,
    changeNumber: null,
    changes: { pics_access: { old: access, new: 'removed' } },
  };
}

/** What a record changes of a stored app; undefined when that is nothing. */
export function appChanged(
  { appid, changeNumber, access }: AppRecord,
  storedAccess: Access,
  changes: Changes,
): Event | undefined {
  const { pics_access: _, ...others } = changes;
  const all: Changes =
    access === storedAccess ? others : { pics_access: { old: storedAccess, new: access }, ...others };
  if (Object.keys(all).length === 0) return undefined;
  const type =
    storedAccess === 'removed' ? 'app.restored' : hasOnlyBuilds(all) ? 'build.published' : 'app.changed';
  return { type, appid, changeNumber, changes: all };
}

/** A branch has a new build, and nothing has changed but what builds change. */
function hasOnlyBuilds(changes: Changes): boolean {
  const fields = Object.keys(changes);
  const branches = fields.filter((field) => field.startsWith('branches.'));
  const others = fields.filter((field) => !field.startsWith('branches.'));
  return (
    others.every((field) => field === 'current_build_id' || field === 'last_content_update') &&
    branches.some((field) => {
      const { old, new: next } = changes[field] as ValueChange<{ build_id?: string } | null>;
      return typeof next?.build_id === 'string' && next.build_id !== old?.build_id;
    })
  );
}

/** The tables behind the fields of an event that are no columns of `apps`. */
const TABLES: Record<string, string> = {
  tags: 'app_steam_tags',
  genres: 'app_genres',
  categories: 'app_categories',
  developers: 'app_developers',
  publishers: 'app_publishers',
  franchises: 'app_franchises',
  dlc: 'app_dlc',
  deck: 'app_steam_deck',
};

/** Without what is kept as it is in these tables: rows do not change there. */
export function withoutKept(event: Event, tables: ExistingTables): Event | undefined {
  const changes = Object.entries(event.changes).filter(([field]) => {
    const table = TABLES[field];
    return table === undefined ? !tables.isKept('apps', field) : !tables.isKept(table);
  });
  if (changes.length === 0 && event.type !== 'app.added') return undefined;
  return { ...event, changes: Object.fromEntries(changes) };
}
