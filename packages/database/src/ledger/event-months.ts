import { sql } from 'kysely';
import { DatabaseError } from 'pg';
import type { Database } from '../connection/connect-database.ts';
import { inTransaction } from '../connection/in-transaction.ts';

/** Adds the partitions of `pics_events` for this month and the next two, where they are missing. */
export async function addEventMonths(db: Database): Promise<void> {
  await sql`select pics_add_event_partitions()`.execute(db);
}

/** How many events one statement deletes, where months cannot be dropped. */
const STEP = 10_000;

/**
 * Drops one month of `pics_events`, if every event in it is more than so many days old. Dropping takes a moment, however many
 * events there are, but only the owner of the tables may: for another user it deletes up to 10,000 events instead.
 *
 * @returns whether there may be more to do.
 */
export async function pruneEvents(db: Database, days: number): Promise<boolean> {
  const months = await findMonths(db, days);
  const [oldest] = months;
  if (oldest === undefined) return false;
  try {
    await inTransaction(db, (trx) => sql`drop table ${sql.table(oldest)}`.execute(trx));
    return months.length > 1;
  } catch (error) {
    if (!(error instanceof DatabaseError && error.code === '42501')) throw error;
    return deleteFrom(db, days);
  }
}

/** Finds the partitions with only older events, the oldest first. */
async function findMonths(db: Database, days: number): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select relname as name
    from pg_inherits join pg_class on pg_class.oid = inhrelid
    where inhparent = to_regclass('pics_events') and relname ~ '^pics_events_\\d{4}_\\d{2}$'
      and (to_date(right(relname, 7), 'YYYY_MM') + interval '1 month') at time zone 'UTC'
        <= now() - make_interval(days => ${days})
    order by relname
  `.execute(db);
  return rows.map(({ name }) => name);
}

async function deleteFrom(db: Database, days: number): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    delete from pics_events
    where (transaction_id, id, at) in (
      select transaction_id, id, at from pics_events where at < now() - make_interval(days => ${days}) limit ${sql.lit(STEP)}
    )
  `.execute(db);
  return numAffectedRows > 0n;
}
