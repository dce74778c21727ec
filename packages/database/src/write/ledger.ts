import { sql, type Transaction } from 'kysely';
import { retryDelay } from '../ledger/apps/pending.ts';
import type { Schema } from '../schema.ts';
import type { LedgerRow, Settlement } from './settle.ts';
import { unnest, type ColumnTypes } from '../connection/unnest.ts';

/**
 * Locks these apps in the ledger for the rest of the transaction and returns their rows. Apps without a row get one, because it
 * is what makes writers of the same app wait for each other.
 *
 * @param ids in ascending order, so that two batches that share apps never wait for each other.
 */
export async function lockLedger(
  trx: Transaction<Schema>,
  ids: readonly number[],
): Promise<Map<number, LedgerRow>> {
  await trx
    .insertInto('picsAppLedger')
    .columns(['id'])
    .expression(
      trx
        .selectFrom(
          unnest(
            ids.map((id) => ({ id })),
            { id: 'integer' },
          ),
        )
        .select('id')
        .except(
          trx
            .selectFrom('picsAppLedger')
            .select('id')
            .where('id', '=', (eb) => eb.fn.any(eb.val(ids))),
        )
        .orderBy('id'),
    )
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  return lockKnown(trx, ids);
}

/** The same for apps that have a row in the ledger; the others are left out. */
export async function lockKnown(
  trx: Transaction<Schema>,
  ids: readonly number[],
): Promise<Map<number, LedgerRow>> {
  const rows = await trx
    .selectFrom('picsAppLedger')
    .select([
      'id',
      'storedChangeNumber',
      sql<string | null>`encode(stored_sha1, 'hex')`.as('storedSha1'),
      'lacksText',
      'wantedChangeNumber',
      'announcedChangeNumber',
      'settledChangeNumber',
      'batchId',
      'attempts',
      'staleAnswers',
      'accessToken',
      'tokenState',
      'tokenRefusals',
      sql<boolean>`token_wanted_at is not null`.as('isTokenWanted'),
    ])
    .where('id', '=', (eb) => eb.fn.any(eb.val(ids)))
    .orderBy('id')
    .forUpdate()
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

const COLUMNS = {
  id: 'integer',
  storedChangeNumber: 'bigint',
  storedSha1: 'text',
  lacksText: 'boolean',
  settledChangeNumber: 'bigint',
  attempts: 'integer',
  staleAnswers: 'integer',
  state: 'text',
  retries: 'integer',
  waitSeconds: 'integer',
  lastError: 'text',
} as const satisfies ColumnTypes<Settlement>;

/** Writes the new states of these apps to the ledger, and removes them from this batch. */
export async function settleLedger(
  trx: Transaction<Schema>,
  settlements: readonly Settlement[],
  batchId: string,
): Promise<void> {
  await trx
    .updateTable('picsAppLedger')
    .from(unnest(settlements, COLUMNS))
    .set((eb) => ({
      storedChangeNumber: eb.ref('next.storedChangeNumber'),
      storedSha1: sql<Buffer | null>`decode(${eb.ref('next.storedSha1')}, 'hex')`,
      lacksText: eb.ref('next.lacksText'),
      settledChangeNumber: eb.ref('next.settledChangeNumber'),
      attempts: eb.ref('next.attempts'),
      staleAnswers: eb.ref('next.staleAnswers'),
      lastError: eb.ref('next.lastError'),
      failedAt: eb
        .case()
        .when('next.state', '=', 'failed')
        .then(sql<Date>`now()`)
        .end(),
      notBefore: eb
        .case()
        .when('next.retries', '>', 0)
        .then(
          sql<Date>`now() + coalesce(make_interval(secs => next.wait_seconds), ${sql.raw(retryDelay('next.retries'))})`,
        )
        .end(),
      batchId: eb.fn<string | null>('nullif', ['picsAppLedger.batchId', eb.val(batchId)]),
    }))
    .whereRef('picsAppLedger.id', '=', 'next.id')
    .execute();
}
