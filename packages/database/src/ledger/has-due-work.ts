import { sql } from 'kysely';
import type { Database } from '../connection/connect-database.ts';
import { due, fresh, pending, retried } from './apps/pending.ts';
import { dueTokens } from './tokens/due-tokens.ts';

/**
 * Whether an app, a scan request or a token request is due to be dispatched, of the types in the parameter. What somebody else's
 * transaction holds does not count, because a claim has to pass over it.
 *
 * It reads the first entries of partial indexes.
 */
export async function hasDueWork(
  db: Database,
  { apps, scans, tokens }: { apps: boolean; scans: boolean; tokens: boolean },
): Promise<boolean> {
  const { rows } = await sql<{ isDue: boolean }>`
    select (
      ${apps} and (
        exists (select from pics_app_ledger where ${pending} and ${fresh} and ${due} limit 1 for update skip locked)
        or exists (select from pics_app_ledger where ${pending} and ${retried} and ${due} limit 1 for update skip locked)
      )
    ) or (
      ${scans} and exists (
        select from pics_scans where finished_at is null and not exists (
          select from pics_scan_requests where scan_id = pics_scans.id and settled_at is null and batch_id is not null
        )
      )
    ) or (
      ${tokens} and exists (${dueTokens})
    ) as is_due
  `.execute(db);
  return rows[0]?.isDue ?? false;
}
