import type { Replica } from '@pics/queue';
import { formatDuration } from '../words/format.ts';
import type { State } from '../words/state.ts';

/** Replicas report every 3 seconds; one that missed four reports in a row hangs or was killed. */
const SILENT_AFTER_MS = 15_000;

/** The services without which no change gets into the tables. */
export const NEEDED_SERVICES = ['producer', 'fetcher', 'writer'] as const;

/** Whether a replica that is still listed has stopped reporting. */
export function isSilent(replica: Pick<Replica, 'silentMs'>): boolean {
  return replica.silentMs > SILENT_AFTER_MS;
}

/** The replicas of a service that still report. */
export function findReporting(replicas: readonly Replica[], service: string): Replica[] {
  return replicas.filter((replica) => replica.service === service && !isSilent(replica));
}

/** The state of a replica, with the reason when it is not working. */
export function describeReplica(replica: Replica): State {
  if (isSilent(replica)) {
    return { level: 'bad', word: 'silent', detail: `for ${formatDuration(replica.silentMs)}` };
  }
  if (replica.reason) return { level: 'warn', word: 'waiting', detail: replica.reason };
  return { level: 'good', word: 'working', detail: '' };
}
