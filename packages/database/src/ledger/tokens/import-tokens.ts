import { sql, type Transaction } from 'kysely';
import type { Database } from '../../connection/connect-database.ts';
import { inTransaction } from '../../connection/in-transaction.ts';
import { unnest } from '../../connection/unnest.ts';
import type { Schema } from '../../schema.ts';

/** An access token of the user, and the id of its app or package. */
export interface ImportedToken {
  id: number;
  token: string;
}

/**
 * Stores access tokens of the user, in one transaction, and wants the apps again whose token is new. The list has each app or
 * package at most once.
 *
 * Imported tokens replace those that Steam granted, and a denial does not remove them. Apps that are not in the ledger are
 * added. Failed apps stay failed until they are requeued.
 *
 * @returns how many tokens of apps and of packages are new.
 */
export async function importTokens(
  db: Database,
  tokens: Record<'apps' | 'packages', readonly ImportedToken[]>,
): Promise<Record<'apps' | 'packages', number>> {
  return inTransaction(db, async (trx) => ({
    apps: await store(trx, 'pics_app_ledger', tokens.apps),
    packages: await store(trx, 'pics_package_ledger', tokens.packages),
  }));
}

/** Rows are locked in the order of their ids, as everywhere. */
async function store(
  trx: Transaction<Schema>,
  ledger: 'pics_app_ledger' | 'pics_package_ledger',
  tokens: readonly ImportedToken[],
): Promise<number> {
  const table = sql.table(ledger);
  const rows = unnest(tokens, { id: 'integer', token: 'text' });
  await sql`
    insert into ${table} (id) select id from ${rows} order by id on conflict (id) do nothing
  `.execute(trx);
  const updated = await sql<{ isNew: boolean }>`
    with chosen as (
      select ledger.id, next.token, next.token is distinct from ledger.access_token as is_new
      from ${rows} join ${table} as ledger on ledger.id = next.id
      order by ledger.id
      for update of ledger
    )
    update ${table} as ledger
    set stale_answers = case when is_new then 0 else stale_answers end,
      access_token = chosen.token, token_state = 'imported', token_wanted_at = null, token_refusals = 0,
      wanted_change_number = coalesce(wanted_change_number, 0),
      settled_change_number = case when not is_new or failed_at is not null then settled_change_number end
    from chosen
    where ledger.id = chosen.id
    returning is_new
  `.execute(trx);
  return updated.rows.filter(({ isNew }) => isNew).length;
}
