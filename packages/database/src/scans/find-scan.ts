import type { Database } from '../connect-database.ts';
import type { Scan } from './start-scan.ts';

/** Finds the latest scan of this reason, finished or not. */
export async function findScan(db: Database, reason: Scan['reason']): Promise<Scan | undefined> {
  return db
    .selectFrom('picsScans')
    .selectAll()
    .where('reason', '=', reason)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Finds the oldest scan that is not finished. */
export async function findUnfinishedScan(db: Database): Promise<Scan | undefined> {
  return db
    .selectFrom('picsScans')
    .selectAll()
    .where('finishedAt', 'is', null)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
}

/** Finds the scan that was started last, of whatever reason, finished or not. */
export async function findLatestScan(db: Database): Promise<Scan | undefined> {
  return db.selectFrom('picsScans').selectAll().orderBy('id', 'desc').limit(1).executeTakeFirst();
}
