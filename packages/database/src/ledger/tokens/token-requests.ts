import { randomUUID } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { Database } from '../../connection/connect-database.ts';
import type { Schema } from '../../schema.ts';
import { dueTokens } from './due-tokens.ts';

/** A request for the access tokens of these apps. */
export interface TokenRequest {
  batchId: string;
  appids: number[];
}

/**
 * Claims the next request for access tokens: records it as in flight and returns it, or returns undefined while none is due.
 *
 * Tokens stay wanted until Steam responds, so a lost request is repeated.
 */
export async function claimTokenRequest(db: Database): Promise<TokenRequest | undefined> {
  const { rows } = await sql<TokenRequest>`
    insert into pics_token_requests (batch_id, appids)
    select ${randomUUID()}::text, appids from (${dueTokens}) as due
    returning batch_id, appids
  `.execute(db);
  return rows[0];
}

/**
 * Releases the token requests among these batches. Their apps are due again at once or, if the job failed (`counts`), after
 * five minutes, because the cause may last.
 */
export async function releaseTokenRequests(
  trx: Transaction<Schema>,
  batchIds: readonly string[],
  { counts }: { counts: boolean },
): Promise<void> {
  const released = await trx
    .deleteFrom('picsTokenRequests')
    .where('batchId', '=', (expression) => expression.fn.any(expression.val(batchIds)))
    .returning('appids')
    .execute();
  if (!counts) return;
  const appids = released.flatMap((request) => request.appids);
  await wantTokens(trx, appids, sql<Date>`now() + interval '5 minutes'`);
}

/**
 * Wants the access tokens of these apps unless they have one, even if Steam was asked recently.
 *
 * @param from when Steam is to be asked.
 */
export async function wantTokens(
  db: Database,
  appids: readonly number[],
  from = sql<Date>`now()`,
): Promise<void> {
  if (appids.length === 0) return;
  await db
    .with(
      'chosen',
      (query) =>
        query
          .selectFrom('picsAppLedger')
          .select('id')
          .where('id', '=', (expression) => expression.fn.any(expression.val(appids)))
          .where('accessToken', 'is', null)
          .orderBy('id')
          .forUpdate()
          .skipLocked(), // Rows that another transaction has locked do not change, so that the others need not wait.
    )
    .updateTable('picsAppLedger')
    .from('chosen')
    .set({ tokenWantedAt: from })
    .whereRef('picsAppLedger.id', '=', 'chosen.id')
    .execute();
}
