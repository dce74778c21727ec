import { sql } from 'kysely';
import type { Database } from '../connect-database.ts';

/** One app that stands failed in the ledger. */
export interface Failure {
  appid: number;
  name: string | null;
  /** `Class: message`. */
  error: string | null;
  /** How often it was asked for before it was given up. */
  attempts: number;
  failedAt: Date;
}

/** Gets the apps that stand failed in the ledger, the latest first. */
export async function getFailures(db: Database, limit: number): Promise<Failure[]> {
  const failures = await sql<Failure>`
    select id as appid, name, last_error as error, attempts, failed_at
    from pics_app_ledger left join apps on appid = id
    where failed_at is not null
    order by failed_at desc, id
    limit ${limit}
  `.execute(db);
  return failures.rows;
}
