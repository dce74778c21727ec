import { countLedger, findScan, findUnfinishedScan, getScanLimit } from '@pics/database';
import type { Database, LedgerCounts } from '@pics/database';
import { repeat } from '@pics/service';
import { describeProgress, SettlingRate } from './progress.ts';
import type { Terminal } from './terminal.ts';

const INTERVAL_MS = 1_000;

export interface ProgressWatch {
  database: Database;
  terminal: Terminal;
  boardUrl: string;
  /** Why the change feed is not followed right now; as long as it is not, an empty ledger means nothing. */
  findHindrance: () => Promise<string | undefined>;
  /** Ends the watch as soon as everything is settled. */
  untilSettled: boolean;
  signal: AbortSignal;
}

/**
 * Shows how far everything is, until the signal, or until everything is settled: the feed followed, every app looked for
 * once, and nothing wanted or in flight.
 *
 * @returns how the ledger stood last; undefined when it was never seen.
 */
export async function watchProgress(watch: ProgressWatch): Promise<LedgerCounts | undefined> {
  const { database, terminal, boardUrl } = watch;
  const rate = new SettlingRate();
  let counts: LedgerCounts | undefined;
  const turn = async () => {
    counts = await countLedger(database);
    const scanned = await measureScan(database);
    const perSecond = rate.measure(counts, Date.now());
    const hindrance = await watch.findHindrance();
    const ending = hindrance ?? `board ${boardUrl}`;
    terminal.show(`${describeProgress({ counts, scanned }, perSecond)} · ${ending}`);
    const busy = counts.wanted + counts.inFlight > 0 || scanned !== undefined;
    if (!watch.untilSettled || busy || hindrance) return;
    if ((await findScan(database, 'discovery'))?.finishedAt) return 'done' as const;
  };
  await repeat(turn, {
    intervalMs: INTERVAL_MS,
    maxPauseMs: 5 * INTERVAL_MS,
    signal: watch.signal,
    onError: (error) => terminal.show(`Waiting for the database: ${String(error)}`),
  });
  return counts;
}

/** How much of the range of ids the scan under way has asked for. */
async function measureScan(database: Database): Promise<number | undefined> {
  const scan = await findUnfinishedScan(database);
  if (!scan) return undefined;
  const limit = await getScanLimit(database, scan.knownOnly);
  return Math.min(scan.nextAppid / (limit + 1), 1);
}
