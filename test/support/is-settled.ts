import { countLedger, findUnfinishedScan, type Database } from '@pics/database';

/** Whether there is nothing left to do: no unfinished scan, no app wanted or in flight, and no token to ask for. */
export async function isSettled(database: Database): Promise<boolean> {
  // The scan first: its end and the apps it marks as wanted are one transaction.
  if (await findUnfinishedScan(database)) return false;
  const { wanted, inFlight, tokensWanted } = await countLedger(database);
  return wanted + inFlight + tokensWanted === 0;
}
