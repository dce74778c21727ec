import { sql } from 'kysely';
import type { Database } from '../connection/connect-database.ts';
import { fresh, pending, retried } from '../ledger/apps/pending.ts';
import { isConfirmed } from '../ledger/scans/scans.ts';
import { getFleetSettings } from '../ledger/fleet-settings.ts';
import { getFeed, type Feed } from './feed.ts';
import { findRetries } from './retries.ts';

/** The ledger in numbers of apps. Each app counts once: failed before in flight before wanted before settled. */
export interface LedgerCounts {
  /** The sum of the four below. An id that was asked for by hand and that Steam does not know is no app and not among them. */
  known: number;
  /** To be dispatched, now or after a delay. */
  wanted: number;
  inFlight: number;
  /** Nothing is wanted of them. */
  settled: number;
  failed: number;
  /** Those whose access token Steam is to be asked for. They are among the others too; settled ones may become wanted again. */
  tokensWanted: number;
  /** The lowest change number that is wanted and not in flight; null when nothing is. */
  oldestWantedChangeNumber: number | null;
}

/** The ledger and how far the tables follow Steam, in the numbers that are plotted and alerted on. */
export interface LedgerMeasures extends LedgerCounts, Feed {
  /** Failed apps by the class of their error. */
  failedByClass: Map<string, number>;
  /** When the change of the longest waiting app was announced; null when no app waits for a change of the feed. */
  oldestWantedSince: Date | null;
  paused: boolean;
  /** Apps that are being asked for again after a response without use. */
  retried: number;
}

/** Error classes that are counted apart; there are about ten, and a metric's label must stay bounded whatever is stored. */
const MOST_CLASSES = 30;

/** Whether a row counts: it is an app, or it is asked for and not yet known whether it is. */
const isKnown = sql<boolean>`(
  ${isConfirmed} or batch_id is not null or failed_at is not null
  or (wanted_change_number is not null and settled_change_number is null)
)`;

/**
 * Counts the ledger.
 *
 * Exact, and therefore as slow as the ledger is long: 0.02 s for the 300,000 apps there are, 0.2 s for 3,000,000. It is for
 * people and metrics; the dispatcher needs no counts.
 */
export async function countLedger(db: Database): Promise<LedgerCounts> {
  const counted = await sql<Omit<LedgerCounts, 'settled'>>`
    select
      (select count(*) from pics_app_ledger where ${isKnown}) as known,
      (select count(*) from pics_app_ledger where ${pending} and ${fresh})
        + (select count(*) from pics_app_ledger where ${pending} and ${retried}) as wanted,
      (select count(*) from pics_app_ledger where batch_id is not null)
        - (select count(*) from pics_app_ledger where failed_at is not null and batch_id is not null) as in_flight,
      (select count(*) from pics_app_ledger where failed_at is not null) as failed,
      (select count(*) from pics_app_ledger where token_wanted_at is not null and token_wanted_at <= now()) as tokens_wanted,
      least(
        (select min(wanted_change_number) from pics_app_ledger where ${pending} and ${fresh}),
        (select min(wanted_change_number) from pics_app_ledger where ${pending} and ${retried})
      ) as oldest_wanted_change_number
  `.execute(db);
  return withSettled(counted.rows[0]);
}

/** Counts some apps of the ledger as `countLedger` counts all of them; unknown ids do not count. */
export async function countApps(db: Database, appids: readonly number[]): Promise<LedgerCounts> {
  const counted = await sql<Omit<LedgerCounts, 'settled'>>`
    select count(*) filter (where ${isKnown}) as known, count(*) filter (where ${pending}) as wanted,
      count(*) filter (where batch_id is not null and failed_at is null) as in_flight,
      count(*) filter (where failed_at is not null) as failed,
      count(*) filter (where token_wanted_at <= now()) as tokens_wanted,
      min(wanted_change_number) filter (where ${pending}) as oldest_wanted_change_number
    from pics_app_ledger
    where id = any (${appids}::integer[])
  `.execute(db);
  return withSettled(counted.rows[0]);
}

/**
 * Measures the ledger. Counting its rows takes the time (0.2 s for 3,000,000 apps), so call it for each scrape, not for
 * each poll.
 */
export async function measureLedger(db: Database): Promise<LedgerMeasures> {
  const [counts, feed, failedByClass, oldestWantedSince, { pausedAt }, retries] = await Promise.all([
    countLedger(db),
    getFeed(db),
    countFailuresByClass(db),
    findOldestWantedSince(db),
    getFleetSettings(db),
    findRetries(db),
  ]);
  return {
    ...counts,
    ...feed,
    failedByClass,
    oldestWantedSince,
    paused: pausedAt !== null,
    retried: retries?.apps ?? 0,
  };
}

function withSettled(counts: Omit<LedgerCounts, 'settled'> | undefined): LedgerCounts {
  if (!counts) throw new Error('Postgres returned no counts');
  return { ...counts, settled: counts.known - counts.wanted - counts.inFlight - counts.failed };
}

/** `last_error` is `Class: message`. */
async function countFailuresByClass(db: Database): Promise<Map<string, number>> {
  const classes = await db
    .selectFrom('picsAppLedger')
    .select(({ fn }) => [
      sql<string>`coalesce(substring(last_error from '^[A-Za-z]{1,60}'), 'Error')`.as('class'),
      fn.countAll<number>().as('apps'),
    ])
    .where('failedAt', 'is not', null)
    .groupBy('class')
    .orderBy('apps', 'desc')
    .orderBy('class')
    .limit(MOST_CLASSES)
    .execute();
  return new Map(classes.map((row) => [row.class, row.apps]));
}

/** Reads the first entries of the partial indexes. An app that a scan found was announced by no change and has no age. */
async function findOldestWantedSince(db: Database): Promise<Date | null> {
  const { rows } = await sql<{ since: Date | null }>`
    select min(seen_at) as since
    from pics_changes
    where change_number = (
      select least(
        (
          select min(wanted_change_number) from pics_app_ledger
          where ${pending} and ${fresh} and wanted_change_number > backlog_change_number
        ),
        (
          select min(wanted_change_number) from pics_app_ledger
          where ${pending} and ${retried} and wanted_change_number > backlog_change_number
        )
      )
      from pics_state
    )
  `.execute(db);
  return rows[0]?.since ?? null;
}
