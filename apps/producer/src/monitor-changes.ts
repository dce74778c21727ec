import { lead } from './lead.ts';
import { keepDispatching, keepFollowing, keepNamingTags, keepReportingScans, keepScanning } from './loops.ts';
import type { Producer } from './producer.ts';
import { startDiscovery } from './start-discovery.ts';

/** Follows the change feed for good: the producer's ordinary mode. Resolves when the service stops. */
export async function monitorChanges(producer: Producer): Promise<void> {
  await lead(producer, (signal) =>
    Promise.all([
      keepFollowing(producer, signal),
      startDiscovery(producer, signal),
      keepDispatching(producer, signal),
      keepNamingTags(producer, signal),
      keepScanning(producer, signal),
      keepReportingScans(producer, signal),
    ]),
  );
}
