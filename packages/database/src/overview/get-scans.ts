import type { Database } from '../connect-database.ts';
import { getScanLimit } from '../scans/scan-limit.ts';
import type { Scan } from '../scans/start-scan.ts';

export interface ScanProgress extends Scan {
  /** The last id it has to ask for, as of now; null once it is finished. */
  lastAppid: number | null;
}

/** Gets the latest scans, the newest first: discoveries, gaps that were reconciled, and sweeps. */
export async function getScans(db: Database, limit: number): Promise<ScanProgress[]> {
  const scans = await db.selectFrom('picsScans').selectAll().orderBy('id', 'desc').limit(limit).execute();
  return Promise.all(
    scans.map(async (scan) => ({
      ...scan,
      lastAppid: scan.finishedAt ? null : await getScanLimit(db, scan.knownOnly),
    })),
  );
}
