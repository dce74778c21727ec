import { countLedger, findUnfinishedScan, getScanLimit, type Database } from '@pics/database';
import type { Progress } from './describe-progress.ts';

/** Reads how far everything is. */
export async function readProgress(database: Database): Promise<Progress> {
  // The scan is asked after first: its end and what it makes wanted are one transaction.
  const scanned = await measureScan(database);
  const counts = await countLedger(database);
  return { counts, scanned };
}

/** How much of the range of ids the scan under way has asked for. */
async function measureScan(database: Database): Promise<number | undefined> {
  const scan = await findUnfinishedScan(database);
  if (!scan) return undefined;
  const limit = await getScanLimit(database, scan.knownOnly);
  return Math.min(scan.nextAppid / (limit + 1), 1);
}
