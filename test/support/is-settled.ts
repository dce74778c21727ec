import { countLedger, findUnfinishedScan, type Database } from '@pics/database';

/** Whether nothing is to be done: no scan is unfinished, and no app is wanted or in flight. */
export async function isSettled(database: Database): Promise<boolean> {
  // The scan is asked after first: its end and what it makes wanted are one transaction.
  if (await findUnfinishedScan(database)) return false;
  const { wanted, inFlight } = await countLedger(database);
  return wanted + inFlight === 0;
}
