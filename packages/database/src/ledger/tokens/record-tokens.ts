import { DatabaseUnavailable, type WriteTokensJob } from '@pics/core';
import { sql, type Transaction } from 'kysely';
import type { Database } from '../../connection/connect-database.ts';
import { inTransaction } from '../../connection/in-transaction.ts';
import { isLockTimeout } from '../../connection/locks.ts';
import { unnest } from '../../connection/unnest.ts';
import type { Schema } from '../../schema.ts';
import { wantAgain } from '../apps/mark-wanted.ts';

/** The result of a token request, in apps. */
export interface TokenCounts {
  granted: number;
  denied: number;
}

/** One app whose token was requested; null when Steam granted none. */
interface AskedApp {
  id: number;
  token: string | null;
}

/**
 * Records the response to a token request and settles it, in one transaction.
 *
 * - A granted token is stored. If it is new, its app is wanted again, because only a part of it may be stored.
 * - The token of any other app counts as denied, and is requested again after a week.
 * - Stored tokens are not removed: neither an imported one nor one that Steam granted before and denies now.
 * - A token that became wanted after the request was dispatched is still wanted.
 *
 * Recording the same response twice changes nothing the second time. The response to a request that was released meanwhile
 * still counts.
 *
 * @throws DatabaseUnavailable also when another program's open transaction has locked an app in the ledger.
 */
export async function recordTokens(db: Database, job: WriteTokensJob): Promise<TokenCounts> {
  const recording = inTransaction(db, async (trx) => {
    const request = await trx
      .deleteFrom('picsTokenRequests')
      .where('batchId', '=', job.batchId)
      .returning(['appids', sql<string>`dispatched_at::text`.as('dispatchedAt')])
      .executeTakeFirst();
    const granted = new Map(job.granted);
    const asked = new Set([...(request?.appids ?? []), ...job.denied, ...granted.keys()]);
    const apps = [...asked].sort((a, b) => a - b).map((id) => ({ id, token: granted.get(id) ?? null }));
    const changed = await store(trx, apps, request?.dispatchedAt);
    await wantAgain(trx, changed);
    return { granted: granted.size, denied: apps.length - granted.size };
  });
  return recording.catch((error: unknown) => {
    if (!isLockTimeout(error)) throw error;
    throw new DatabaseUnavailable('another transaction has locked a row of the ledger that tokens are for', {
      cause: error,
    });
  });
}

/** Stores the results, and returns the apps whose token is new. */
async function store(
  trx: Transaction<Schema>,
  apps: readonly AskedApp[],
  /** As Postgres writes it: a Date has milliseconds only. */
  dispatchedAt: string | undefined,
): Promise<number[]> {
  const updated = await trx
    .with('chosen', (query) =>
      query
        .selectFrom(unnest(apps, { id: 'integer', token: 'text' }))
        .innerJoin('picsAppLedger as ledger', 'ledger.id', 'next.id')
        .select(['ledger.id', 'ledger.accessToken as before', 'ledger.tokenState as state'])
        .select(
          sql<string | null>`case when ledger.token_state = 'imported' then ledger.access_token
            else coalesce(next.token, ledger.access_token) end`.as('after'),
        )
        .select(({ eb }) => eb('next.token', 'is not', null).as('isGranted'))
        .orderBy('ledger.id')
        .forUpdate('ledger'),
    )
    .updateTable('picsAppLedger')
    .from('chosen')
    .set((eb) => ({
      accessToken: eb.ref('chosen.after'),
      tokenState: sql<string>`case when chosen.after is null then 'denied'
        when chosen.state = 'imported' then chosen.state else 'granted' end`,
      tokenAskedAt: sql<Date>`now()`,
      // With a new token, an app that waits for its next attempt need not wait any longer, and a response that was requested
      // without it is not the last one.
      notBefore: sql<Date | null>`case when chosen.after is not distinct from chosen.before then not_before end`,
      staleAnswers: sql<number>`case when chosen.after is not distinct from chosen.before then stale_answers else 0 end`,
      tokenWantedAt: sql<Date | null>`case
        when token_wanted_at > coalesce(${dispatchedAt ?? null}::timestamptz, now()) then token_wanted_at
      end`,
    }))
    .whereRef('picsAppLedger.id', '=', 'chosen.id')
    .returning(['picsAppLedger.id', sql<boolean>`chosen.after is distinct from chosen.before`.as('isNew')])
    .execute();
  return updated.filter(({ isNew }) => isNew).map(({ id }) => id);
}
