import { countLedger, findUnfinishedScan, getScanLimit, type Database } from '@pics/database';
import type { Progress } from './progress.ts';

/**
 * Reads how far everything is: the scan first, for one that ends meanwhile has marked what it found, and the counts then show
 * it. The other way round everything would seem settled for a moment.
 */
export async function readProgress(database: Database): Promise<Progress> {
  const scanned = await measureScan(database);
  return { counts: await countLedger(database), scanned };
}

/** How much of the range of ids the scan under way has asked for. */
async function measureScan(database: Database): Promise<number | undefined> {
  const scan = await findUnfinishedScan(database);
  if (!scan) return undefined;
  const limit = await getScanLimit(database, scan.knownOnly);
  return Math.min(scan.nextAppid / (limit + 1), 1);
}
