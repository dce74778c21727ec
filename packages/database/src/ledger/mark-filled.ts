import { sql } from 'kysely';
import type { Database } from '../connection/connect-database.ts';
import { pending } from './apps/pending.ts';

/**
 * Records the end of the first fill: a discovery has finished, and no app waits for its first response. From then on there is
 * an event for every app that is stored for the first time. Later discoveries do not change this.
 *
 * Until then it reads the first entries of partial indexes, and one row afterwards. Failed apps do not delay it.
 */
export async function markFilled(db: Database): Promise<void> {
  const isNew = sql`settled_change_number is null`;
  await sql`
    update pics_state set filled_at = now()
    where filled_at is null
      and exists (select from pics_scans where reason = 'discovery' and finished_at is not null)
      and not exists (select from pics_app_ledger where ${pending} and ${isNew})
      and not exists (select from pics_app_ledger where batch_id is not null and ${isNew})
  `.execute(db);
}
