import type { AppRecord, Changes, ValueChange } from '@pics/core';
import { sql, type Transaction } from 'kysely';
import { unnest } from '../../connection/unnest.ts';
import type { Schema } from '../../schema.ts';
import type { StoredApp } from '../apps.ts';
import type { ExistingTables } from '../existing-tables.ts';
import type { Outcome } from '../outcomes.ts';
import { rowCounts, type RowCounts } from '../row-changes.ts';

type EventType = Schema['picsEvents']['type'];

/** What happened to one app in a write. */
export interface Event {
  type: EventType;
  appid: number;
  changeNumber: number | null;
  changes: Changes;
}

/** The value of `apps.pics_access`; null before Steam's first response. */
type Access = AppRecord['access'] | 'removed' | null;

/** What changed in an app from one record to the next. */
export type DiffRecords = (old: AppRecord, next: AppRecord) => Changes;

/** The outcomes of a batch, and what was stored before it. */
export interface ChangedApps {
  outcomes: readonly Outcome[];
  /** The apps that had a row. */
  stored: ReadonlyMap<number, StoredApp>;
  /** What was stored of apps that may have changed; the others have not. */
  oldRecords: ReadonlyMap<number, AppRecord>;
  tables: ExistingTables;
  diffRecords: DiffRecords;
}

/** Writes an event for each app that these outcomes change. */
export async function writeEvents(trx: Transaction<Schema>, apps: ChangedApps): Promise<RowCounts> {
  const { outcomes, stored, tables } = apps;
  const hasNewApps = outcomes.some(({ result, appid }) => result === 'record' && !accessOf(appid, stored));
  const reportsNewApps = hasNewApps && (await isFilled(trx));
  const events = outcomes.flatMap((outcome) => eventOf(outcome, apps, reportsNewApps) ?? []);
  return insertEvents(
    trx,
    events.flatMap((event) => withoutKept(event, tables) ?? []),
  );
}

function accessOf(appid: number, stored: ChangedApps['stored']): Access {
  return stored.get(appid)?.picsAccess ?? null;
}

function eventOf(
  outcome: Outcome,
  { stored, oldRecords, diffRecords }: ChangedApps,
  reportsNewApps: boolean,
): Event | undefined {
  const { result, appid } = outcome;
  const access = accessOf(appid, stored);
  if (result === 'unknown') {
    return stored.has(appid) && access !== 'removed' ? appRemoved(appid, access) : undefined;
  }
  if (result !== 'record') return undefined;
  const { record } = outcome;
  if (access === null) return reportsNewApps ? appAdded(record) : undefined;
  const old = oldRecords.get(appid);
  return appChanged(record, access, old ? diffRecords(old, record) : {});
}

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

/** Whether the first fill is over: only then is an app that is stored for the first time an event; see `markFilled`. */
async function isFilled(trx: Transaction<Schema>): Promise<boolean> {
  const state = await trx.selectFrom('picsState').select('filledAt').executeTakeFirst();
  return state?.filledAt != null;
}

/** An app that is stored for the first time, with its name and type. */
function appAdded({ appid, changeNumber, common }: AppRecord): Event {
  const changes: Changes = {};
  if (common?.name) changes['name'] = { old: null, new: common.name };
  if (common?.type) changes['type'] = { old: null, new: common.type };
  return { type: 'app.added', appid, changeNumber, changes };
}

/** An app that Steam no longer knows. */
function appRemoved(appid: number, access: Access): Event {
  return {
    type: 'app.removed',
    appid,
    changeNumber: null,
    changes: { pics_access: { old: access, new: 'removed' } },
  };
}

/** A record that changes a stored app; undefined when it changes nothing. */
function appChanged(
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

/** Whether a branch has a new build, and nothing changed except what a build changes. */
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

/** The tables of the fields that are not columns of `apps`. */
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

/** The event without fields that KEEP_COLUMNS keeps, since those rows do not change; undefined when none is left. */
function withoutKept(event: Event, tables: ExistingTables): Event | undefined {
  const changes = Object.entries(event.changes).filter(([field]) => {
    const table = TABLES[field];
    return table === undefined ? !tables.isKept('apps', field) : !tables.isKept(table);
  });
  if (changes.length === 0 && event.type !== 'app.added') return undefined;
  return { ...event, changes: Object.fromEntries(changes) };
}
