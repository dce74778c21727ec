import { sql, type Selectable, type SelectQueryBuilder } from 'kysely';
import type { Database } from '../connection/connect-database.ts';
import type { Schema } from '../schema.ts';
import { polledMsAgo } from '../ledger/cursor.ts';
import { fresh, pending } from '../ledger/apps/pending.ts';

/** How far the tables follow Steam's change feed. */
export interface Feed {
  source: 'steam' | 'simulator' | null;
  /** The feed is recorded up to this change number; null before the first poll. */
  changeNumber: number | null;
  /** When the feed last brought something new. */
  changedAt: Date;
  /** How many milliseconds ago a producer last polled the feed; null before the first poll. */
  polledMsAgo: number | null;
  /** How many change numbers the tables are behind the feed; 0 when they show all of it. */
  changesBehind: number;
  /** Since when the oldest change that is not in the tables yet has been known; null when there is none. */
  behindSince: Date | null;
}

/**
 * Gets how far the tables follow the feed. Only what changed live counts: a backlog of apps that were never fetched is work
 * to do, not distance to Steam; what is being retried is counted by `findRetries`, and what failed waits for a person; and an
 * app that is fetched once more although the tables show its newest change is not behind.
 *
 * It reads the first entries of partial indexes and the apps in flight, a few milliseconds whatever the size of the ledger.
 */
export async function getFeed(db: Database): Promise<Feed> {
  const unseen = sql<boolean>`
    wanted_change_number > backlog_change_number
    and (stored_change_number is null or stored_change_number < wanted_change_number)
  `;
  const feed = await sql<Feed>`
    select source, last_change_number as change_number, updated_at as changed_at, ${polledMsAgo} as polled_ms_ago,
      coalesce(greatest(last_change_number - oldest.change_number + 1, 0), 0) as changes_behind,
      (select min(seen_at) from pics_changes where change_number = oldest.change_number) as behind_since
    from pics_state, lateral (
      select min(first.change_number) as change_number
      from (
        (
          select wanted_change_number from pics_app_ledger
          where ${pending} and ${fresh} and ${unseen}
          order by wanted_change_number
          limit 1
        ) union all (
          select min(wanted_change_number) from pics_app_ledger
          where batch_id is not null and failed_at is null and ${fresh} and ${unseen}
            and (settled_change_number is null or settled_change_number < wanted_change_number)
        )
      ) as first (change_number)
    ) as oldest
  `.execute(db);
  const [row] = feed.rows;
  if (!row) throw new Error('pics_state has no row');
  return row;
}

/** The state of a change, by the ledger. */
export type ChangeOutcome = 'stored' | 'unknown' | 'wanted' | 'in flight' | 'failed';

/** One app that changed. */
export interface LatestChange {
  changeNumber: number;
  appid: number;
  /** The app's name as it is stored; null when it has none, or none yet. */
  name: string | null;
  /** An anonymous session gets only a part of the app. */
  needsToken: boolean;
  seenAt: Date;
  outcome: ChangeOutcome;
}

/** Where a list of changes begins: above a change number, or with those seen from a time on. */
export type ChangesStart = { after: number } | { from: Date };

/** Gets the last changes of apps that the feed announced, the newest first; with a start only those from there on. */
export async function getLatestChanges(
  db: Database,
  limit: number,
  start?: ChangesStart,
): Promise<LatestChange[]> {
  const latest = db
    .selectFrom('picsChanges')
    .selectAll()
    .where('kind', '=', 'app')
    .$if(start !== undefined && 'after' in start, (query) =>
      query.where('changeNumber', '>', start !== undefined && 'after' in start ? start.after : 0),
    )
    .$if(start !== undefined && 'from' in start, (query) =>
      query.where('seenAt', '>=', start !== undefined && 'from' in start ? start.from : new Date(0)),
    )
    .orderBy('changeNumber', 'desc')
    .orderBy('id')
    .limit(limit);
  return withOutcome(db, latest).orderBy('changeNumber', 'desc').orderBy('change.id').execute();
}

/** A place between two changes of the feed: after this app of this change number, or after all apps of the number. */
export interface ChangePosition {
  changeNumber: number;
  appid?: number | undefined;
}

/**
 * Lists the changes of apps after a position, the oldest first. The feed is recorded in order, so a reader that continues
 * after the last change it got misses none, as long as it comes back within
 * CHANGES_RETENTION_DAYS.
 */
export async function listChangesSince(
  db: Database,
  { changeNumber, appid }: ChangePosition,
  limit: number,
): Promise<LatestChange[]> {
  const changes = db
    .selectFrom('picsChanges')
    .selectAll()
    .where('kind', '=', 'app')
    .where('changeNumber', '>=', changeNumber)
    .where((eb) =>
      eb.or([eb('changeNumber', '>', changeNumber), ...(appid === undefined ? [] : [eb('id', '>', appid)])]),
    )
    .orderBy('changeNumber')
    .orderBy('id')
    .limit(limit);
  return withOutcome(db, changes).orderBy('changeNumber').orderBy('change.id').execute();
}

function withOutcome(
  db: Database,
  changes: SelectQueryBuilder<Schema, 'picsChanges', Selectable<Schema['picsChanges']>>,
) {
  return db
    .selectFrom(changes.as('change'))
    .leftJoin('apps', 'apps.appid', 'change.id')
    .leftJoin('picsAppLedger as ledger', 'ledger.id', 'change.id')
    .select(['changeNumber', 'change.id as appid', 'apps.name', 'needsToken', 'seenAt'])
    .select(
      sql<ChangeOutcome>`case
        when failed_at is not null then 'failed'
        when settled_change_number >= change_number and apps.appid is null then 'unknown'
        when settled_change_number >= change_number or stored_change_number >= change_number then 'stored'
        when batch_id is not null then 'in flight'
        else 'wanted'
      end`.as('outcome'),
    );
}
