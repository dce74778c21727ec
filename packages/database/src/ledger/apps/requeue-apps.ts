import { sql, type RawBuilder } from 'kysely';
import type { Database } from '../../connection/connect-database.ts';
import { matchesFilter, reasonOfGroup, unsettled, type FailureFilter } from './failure-filter.ts';
import { fresh } from './pending.ts';

/**
 * Which apps: all that failed, these, those that failed with an error that contains a text (in upper or lower case, with its
 * numbers or with `#` for each of them), stored ones of a type, those that failed at a time or later, those that a filter
 * leaves of the apps with failures, or every known one.
 */
export type RequeueSelection =
  | { failed: true }
  | { appids: readonly number[] }
  | { error: string }
  | { type: string }
  | { since: Date }
  | { failures: FailureFilter }
  | { all: true };

/** How many apps one statement requeues, so that writers are not kept waiting while 300,000 are. */
const STEP = 10_000;

/** How many requeues are kept to be followed; one of every app has 1.2 MB of ids. */
const KEPT_REQUEUES = 20;

/** What a requeue did. */
export interface Requeue {
  /** How many apps were requeued, or would be. */
  apps: number;
  /** The requeue in `pics_requeues`, to follow its apps; null when there were none, or when they were only counted. */
  id: number | null;
}

/**
 * Column values of an app that goes out again with fresh attempts, after live changes.
 *
 * An app whose latest change is live becomes backlog: thousands of requeued apps must not delay the app that just changed. The
 * number that the feed announced is kept, so that an older response still counts as stale. A live change that waits for its
 * first attempt keeps its place.
 */
const requeued = {
  settledChangeNumber: null,
  wantedChangeNumber: sql<number>`case
    when failed_at is null and ${fresh} and ${unsettled} or backlog_change_number = 0 then coalesce(wanted_change_number, 0)
    else coalesce(least(wanted_change_number, backlog_change_number), 0)
  end`,
  announcedChangeNumber: sql<number>`greatest(announced_change_number, wanted_change_number)`,
  failedAt: null,
  lastError: null,
  attempts: 0,
  staleAnswers: 0,
  notBefore: null,
};

/**
 * Wants apps again with fresh attempts, whatever is settled of them and whether or not they failed. With `dryRun` it only
 * counts them. They are fetched in full batches, after live changes.
 *
 * It marks the ledger like everything else that wants apps, so it creates no job, and an app in flight is settled by the
 * response on its way instead of being fetched twice.
 */
export async function requeueApps(
  db: Database,
  selection: RequeueSelection,
  { dryRun = false }: { dryRun?: boolean } = {},
): Promise<Requeue> {
  const selected = conditionOf(selection);
  if (dryRun) {
    const { apps } = await db
      .selectFrom('picsAppLedger')
      .select(({ fn }) => fn.countAll<number>().as('apps'))
      .where(selected)
      .executeTakeFirstOrThrow();
    return { apps, id: null };
  }
  const appids: number[] = [];
  for (let last = -1, step = STEP; step === STEP;) {
    const rows = await db
      .with('chosen', (query) =>
        query
          .selectFrom('picsAppLedger')
          .select('id')
          .where(selected)
          .where('id', '>', last)
          .orderBy('id')
          .limit(STEP)
          .forUpdate(),
      )
      .updateTable('picsAppLedger')
      .from(['chosen', 'picsState'])
      .set(requeued)
      .whereRef('picsAppLedger.id', '=', 'chosen.id')
      .returning('picsAppLedger.id')
      .execute();
    step = rows.length;
    for (const { id } of rows) {
      appids.push(id);
      last = Math.max(last, id);
    }
  }
  return { apps: appids.length, id: appids.length === 0 ? null : await recordRequeue(db, selection, appids) };
}

async function recordRequeue(db: Database, selection: RequeueSelection, appids: number[]): Promise<number> {
  // Its apps are listed already.
  const described = 'appids' in selection ? { appids: appids.length } : selection;
  const { id } = await db
    .insertInto('picsRequeues')
    .values({ selection: sql`${JSON.stringify(described)}::jsonb`, appids })
    .returning('id')
    .executeTakeFirstOrThrow();
  await db
    .deleteFrom('picsRequeues')
    .where('id', '<=', id - KEPT_REQUEUES)
    .execute();
  return id;
}

function conditionOf(selection: RequeueSelection): RawBuilder<boolean> {
  if ('failed' in selection) return sql`failed_at is not null`;
  if ('appids' in selection) return sql`id = any (${selection.appids}::integer[])`;
  if ('error' in selection) {
    return sql`failed_at is not null and (
      strpos(lower(last_error), lower(${selection.error})) > 0
      or strpos(lower(${reasonOfGroup}), lower(${selection.error})) > 0
    )`;
  }
  if ('type' in selection) {
    // An existing table may have an enum here.
    return sql`id in (select appid from apps where lower(type::text) = lower(${selection.type}))`;
  }
  if ('since' in selection) return sql`failed_at >= ${selection.since}`;
  if ('failures' in selection) return matchesFilter(selection.failures);
  return sql`true`;
}
