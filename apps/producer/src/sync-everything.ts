import { countLedger, findUnfinishedScan, markWanted, startScan } from '@pics/database';
import { repeat } from '@pics/service';
import { lead } from './lead.ts';
import { followOnce, keepDispatching, keepNamingTags } from './loops.ts';
import type { Producer } from './producer.ts';
import { wantStoreApps } from './start-discovery.ts';

/** How often the ledger is asked whether everything is settled. */
const SETTLED_CHECK_MS = 1_000;

/**
 * Wants every app once more, those known and those a scan of all ids finds, and resolves when the ledger is settled.
 *
 * Beside a producer that monitors changes it only marks and watches, for that one leads and dispatches; alone it takes
 * the lead itself. Interrupted and started again it goes on: what is settled by then is wanted again all the same, for
 * "everything" is meant from the moment it was said.
 */
export async function syncEverything(producer: Producer): Promise<void> {
  const { database, log, stopping } = producer;
  const options = {
    intervalMs: SETTLED_CHECK_MS,
    signal: stopping,
    onError: (err: unknown, nextTurnMs: number) => log.warn({ err, nextTurnMs }, 'bulk sync has to wait'),
  };

  const want = async () => {
    await followOnce(producer); // Stores a cursor where there is none, so that no change after this goes unseen.
    const marked = await markWanted(database, { all: true });
    await wantStoreApps(producer, stopping);
    await startScan(database, { reason: 'discovery', knownOnly: false });
    log.info({ apps: marked }, 'everything known is wanted again, and the rest is looked for');
    return 'done' as const;
  };
  await repeat(want, options);

  const leading = lead(producer, (signal) =>
    Promise.all([keepDispatching(producer, signal), keepNamingTags(producer, signal)]),
  );
  const check = async () => {
    // The scan is asked after first: its end and what it makes wanted are one transaction.
    if (await findUnfinishedScan(database)) return;
    const { wanted, inFlight, settled, failed } = await countLedger(database);
    if (wanted + inFlight > 0) return;
    log.info({ settled, failed }, 'everything is settled');
    return 'done' as const;
  };
  await repeat(check, options);
  producer.stop();
  await leading;
}
