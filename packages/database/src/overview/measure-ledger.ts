import { sql } from 'kysely';
import type { Database } from '../connect-database.ts';
import { countLedger, type LedgerCounts } from '../ledger/count-ledger.ts';
import { fresh, pending, retried } from '../ledger/pending.ts';
import { getFleetSettings } from '../fleet/fleet-settings.ts';
import { getFeed, type Feed } from './get-feed.ts';

/** How the ledger stands and how far the tables follow Steam, in the numbers that are plotted and alarmed on. */
export interface LedgerMeasures extends LedgerCounts, Feed {
  /** Failed apps by the class of their error. */
  failedByClass: Map<string, number>;
  /** When the change became known that the longest waiting app is wanted for; null when none waits for one of the feed. */
  oldestWantedSince: Date | null;
  paused: boolean;
}

/** Error classes that are told apart; there are about ten, and a label of a metric must stay bounded whatever is stored. */
const MOST_CLASSES = 30;

/**
 * Measures the ledger. Counting its rows is what takes time (0.2 s for 3,000,000 apps), so ask for it by the scrape, not
 * by the poll.
 */
export async function measureLedger(db: Database): Promise<LedgerMeasures> {
  const [counts, feed, failedByClass, oldestWantedSince, { pausedAt }] = await Promise.all([
    countLedger(db),
    getFeed(db),
    countFailuresByClass(db),
    findOldestWantedSince(db),
    getFleetSettings(db),
  ]);
  return { ...counts, ...feed, failedByClass, oldestWantedSince, paused: pausedAt !== null };
}

/** `last_error` is `Class: message`. */
async function countFailuresByClass(db: Database): Promise<Map<string, number>> {
  const { rows } = await sql<{ class: string; apps: number }>`
    select coalesce(substring(last_error from '^[A-Za-z]{1,60}'), 'Error') as class, count(*) as apps
    from pics_app_ledger
    where failed_at is not null
    group by 1
    order by apps desc, class
    limit ${MOST_CLASSES}
  `.execute(db);
  return new Map(rows.map((row) => [row.class, row.apps]));
}

/** Looks at the first entries of the partial indexes; what a scan found was announced by no change and has no age. */
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
