import { measureLedger, type Database } from '@pics/database';
import { findFetchRate, getQueueStates, type Queues } from '@pics/queue';
import { registerLedgerGauges, registerQueueGauges, type Registry } from '@pics/service';

/** Registers metrics of the whole pipeline: the ledger and both queues. */
export function registerMetrics(
  registry: Registry,
  { database, queues }: { database: Database; queues: Queues },
): void {
  registerLedgerGauges(registry, () => measureLedger(database));
  registerQueueGauges(registry, async () => ({
    queues: await getQueueStates(queues),
    fetchRate: await findFetchRate(queues.fetch),
  }));
}
