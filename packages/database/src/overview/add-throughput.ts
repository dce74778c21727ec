import { sql } from 'kysely';
import type { Database } from '../connect-database.ts';

/** How long minutes are kept: a week and a day, so that today can be held against the same day last week. */
const KEPT = sql.lit('8 days');

/**
 * Adds to what the fleet got done in the current minute, and removes minutes that are too old to be asked for.
 *
 * It may be called at any time by any number of processes, each with what it did since its last call. What a process that
 * is killed had not added yet is missing from the plots, and from nothing else.
 */
export async function addThroughput(db: Database, done: { apps: number; requests: number }): Promise<void> {
  await sql`
    with old as (delete from pics_throughput where minute < now() - ${KEPT}::interval)
    insert into pics_throughput as present (minute, apps, requests)
    values (date_trunc('minute', now()), ${done.apps}, ${done.requests})
    on conflict (minute) do update
    set apps = present.apps + excluded.apps, requests = present.requests + excluded.requests
  `.execute(db);
}
