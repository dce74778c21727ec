import type { Registry } from 'prom-client';
import { registerReadGauges } from './register-gauges.ts';

/** How the ledger stands, and how far the tables follow Steam. */
export interface LedgerReading {
  wanted: number;
  inFlight: number;
  settled: number;
  failed: number;
  /** Failed apps by the class of their error. */
  failedByClass: ReadonlyMap<string, number>;
  /** When the change became known that the longest waiting app is wanted for; null when none waits. */
  oldestWantedSince: Date | null;
  changesBehind: number;
  /** Since when the oldest change that is not in the tables has been known; null when there is none. */
  behindSince: Date | null;
  /** Null before the first poll. */
  changeNumber: number | null;
  changedAt: Date;
  paused: boolean;
}

const ageSeconds = (since: Date | null) => (since ? Math.max(0, (Date.now() - since.getTime()) / 1_000) : 0);

/** Registers what the ledger tells, for services that reach the database. */
export function registerLedgerGauges(registry: Registry, read: () => Promise<LedgerReading>): void {
  registerReadGauges(registry, read, [
    {
      name: 'pics_lag_changes',
      help: 'How many change numbers the tables are behind the change feed; a backlog of apps never fetched does not count.',
      samples: ({ changesBehind }) => [{ value: changesBehind }],
    },
    {
      name: 'pics_lag_seconds',
      help: 'For how long the oldest change that is not in the tables yet has been known; 0 when the tables show all of them.',
      samples: ({ behindSince }) => [{ value: ageSeconds(behindSince) }],
    },
    {
      name: 'pics_ledger_apps',
      help: 'Apps in the ledger, each in one state: wanted, in_flight, settled or failed.',
      labelNames: ['state'],
      samples: ({ wanted, inFlight, settled, failed }) =>
        Object.entries({ wanted, in_flight: inFlight, settled, failed }).map(([state, value]) => ({
          labels: { state },
          value,
        })),
    },
    {
      name: 'pics_ledger_failed_apps',
      help: 'Apps that failed and wait for a requeue, by the class of their error.',
      labelNames: ['error_class'],
      samples: ({ failedByClass }) =>
        [...failedByClass].map(([error_class, value]) => ({ labels: { error_class }, value })),
    },
    {
      name: 'pics_ledger_oldest_wanted_age_seconds',
      help: 'For how long the change has been known that the longest waiting app is wanted for; 0 when none waits. Apps that a scan found are not counted.',
      samples: ({ oldestWantedSince }) => [{ value: ageSeconds(oldestWantedSince) }],
    },
    {
      name: 'pics_ledger_dispatch_paused',
      help: 'Whether dispatching is paused (1) or not (0).',
      samples: ({ paused }) => [{ value: paused ? 1 : 0 }],
    },
    {
      name: 'pics_feed_change_number',
      help: 'Up to which change number the change feed is recorded.',
      samples: ({ changeNumber }) => (changeNumber === null ? [] : [{ value: changeNumber }]),
    },
    {
      name: 'pics_feed_last_change_timestamp_seconds',
      help: 'When the change feed last brought something new, in Unix time.',
      samples: ({ changedAt }) => [{ value: changedAt.getTime() / 1_000 }],
    },
  ]);
}
