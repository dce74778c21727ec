import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Priority } from '@pics/core';
import type { Database } from '../connect-database.ts';
import { due, dueSince, fresh, pending, retried } from './pending.ts';

/** Apps that are fetched with one request. */
export interface Batch {
  batchId: string;
  /** The highest number any of its apps is wanted up to; whoever finishes the batch settles its apps up to this number. */
  changeNumber: number;
  /** How often these apps were asked for before; the same for all of them. */
  attempt: number;
  appids: number[];
  priority: Exclude<Priority, 'scan'>;
}

/** Another process may take or lock the apps between choosing and claiming; the next turn is soon enough then. */
const MOST_CHOICES = 3;

/**
 * Claims the next batch to fetch: marks its apps as in flight and returns them, or returns undefined when nothing is due.
 *
 * Apps that changed live go before the backlog, the newest first, and never share a batch with it. Apps that were asked
 * for `k` times without an answer go in batches of `size` / 2^k, so that an app that spoils every batch is alone in the
 * end and the others pass. Such retries and fresh apps take turns: neither keeps the other waiting.
 *
 * Two claims at once never share an app. A claim takes 5 ms with 3,000,000 apps in the ledger, whether all of them are
 * pending or 10 % are, every seventh of those a retry.
 */
export async function claimBatch(db: Database, { size }: { size: number }): Promise<Batch | undefined> {
  for (let choices = 0; choices < MOST_CHOICES; choices += 1) {
    const choice = await choose(db);
    if (!choice) return undefined;
    const batch = await claim(db, choice, Math.max(1, Math.floor(size / 2 ** choice.attempts)));
    if (batch) return batch;
  }
  return undefined;
}

interface Choice {
  live: boolean;
  isRetry: boolean;
  attempts: number;
  backlogChangeNumber: number;
}

/**
 * The queues of pending apps, each in the order of a partial index, of which only the first entries are looked at. Fresh apps
 * and live changes go by number, the newest first; what is asked for again of the backlog goes by how long it has been due,
 * for the newest of it may be the ones that never come.
 */
const freshApps = { condition: fresh, order: sql`wanted_change_number desc, id` };
const liveRetries = { condition: retried, order: sql`wanted_change_number desc, id` };
const backlogRetries = { condition: retried, order: sql`${dueSince}, id` };

/** Chooses between live and backlog, fresh and retried, by looking at the first of each. */
async function choose(db: Database): Promise<Choice | undefined> {
  const first = ({ condition, order }: typeof freshApps, live: boolean) => sql`
    select attempts, attempts + stale_answers > 0 as is_retry from pics_app_ledger
    where ${pending} and ${condition} and ${due} and wanted_change_number ${live ? sql`>` : sql`<=`} backlog_change_number
    order by ${order}
    limit 1`;
  const chosen = await sql<Choice>`
    with turn as materialized (
      select backlog_change_number, nextval('pics_claims') % 2 = 0 as prefers_retries from pics_state
    )
    select live, is_retry, attempts, backlog_change_number
    from turn, lateral (
      (select true as live, attempts, is_retry from (${first(freshApps, true)}) as one)
      union all (select true, attempts, is_retry from (${first(liveRetries, true)}) as one)
      union all (select false, attempts, is_retry from (${first(freshApps, false)}) as one)
      union all (select false, attempts, is_retry from (${first(backlogRetries, false)}) as one)
    ) as firsts
    order by live desc, (is_retry = prefers_retries) desc
    limit 1
  `.execute(db);
  return chosen.rows[0];
}

async function claim(db: Database, choice: Choice, size: number): Promise<Batch | undefined> {
  const { live, isRetry, attempts, backlogChangeNumber } = choice;
  const batchId = randomUUID();
  const queue = !isRetry ? freshApps : live ? liveRetries : backlogRetries;
  const claimed = await sql<{ id: number; wantedChangeNumber: number }>`
    with chosen as (
      select id from pics_app_ledger
      where ${pending} and ${queue.condition} and attempts = ${attempts} and ${due}
        and wanted_change_number ${live ? sql`>` : sql`<=`} ${backlogChangeNumber}
      order by ${queue.order}
      limit ${size}
      for update skip locked
    )
    update pics_app_ledger
    set batch_id = ${batchId}, dispatched_at = now()
    from chosen
    where pics_app_ledger.id = chosen.id
    returning pics_app_ledger.id, wanted_change_number
  `.execute(db);
  if (claimed.rows.length === 0) return undefined;
  return {
    batchId,
    changeNumber: Math.max(...claimed.rows.map((row) => row.wantedChangeNumber)),
    attempt: attempts,
    appids: claimed.rows.map((row) => row.id).sort((a, b) => a - b),
    priority: live ? 'live' : 'backlog',
  };
}
