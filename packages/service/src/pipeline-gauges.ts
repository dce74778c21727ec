import type { Registry } from 'prom-client';
import { registerReadGauges } from './read-gauges.ts';

/** The state of the ledger, and how far the tables are behind Steam. */
export interface LedgerReading {
  wanted: number;
  inFlight: number;
  settled: number;
  failed: number;
  /** Failed apps by the class of their error. */
  failedByClass: ReadonlyMap<string, number>;
  /** When the change for which the longest waiting app is wanted became known; null when none waits. */
  oldestWantedSince: Date | null;
  changesBehind: number;
  /** When the oldest change that is not in the tables became known; null when there is none. */
  behindSince: Date | null;
  /** Null before the first poll. */
  changeNumber: number | null;
  changedAt: Date;
  paused: boolean;
  /** Apps that are being requested again. */
  retried: number;
}

/** The state of both queues. */
export interface QueueReading {
  queues: readonly {
    name: string;
    waiting: number;
    active: number;
    delayed: number;
    failed: number;
    paused: boolean;
  }[];
  /** PICS requests a second that the fleet may make; undefined when Redis holds no limit. */
  fetchRate: number | undefined;
  /** The pause after refusals of Steam; undefined when there is none. */
  steamPause: { since: Date | undefined; until: Date } | undefined;
}

const ageSeconds = (since: Date | null) => (since ? Math.max(0, (Date.now() - since.getTime()) / 1_000) : 0);

/** Registers the gauges over the ledger, for services that reach Postgres. */
export function registerLedgerGauges(registry: Registry, read: () => Promise<LedgerReading>): void {
  registerReadGauges(registry, read, [
    {
      name: 'pics_lag_changes',
      help: 'How many change numbers the tables are behind the change feed. Apps that were never fetched or are being retried do not count.',
      samples: ({ changesBehind }) => [{ value: changesBehind }],
    },
    {
      name: 'pics_lag_seconds',
      help: 'Age of the oldest change that is not in the tables; 0 when all changes are. Apps that are being retried do not count.',
      samples: ({ behindSince }) => [{ value: ageSeconds(behindSince) }],
    },
    {
      name: 'pics_ledger_apps',
      help: 'Apps in the ledger by state: wanted, in_flight, settled or failed. Their sum is every known app.',
      labelNames: ['state'],
      samples: ({ wanted, inFlight, settled, failed }) =>
        Object.entries({ wanted, in_flight: inFlight, settled, failed }).map(([state, value]) => ({
          labels: { state },
          value,
        })),
    },
    {
      name: 'pics_ledger_retried_apps',
      help: 'Apps that are being requested again after a missing, unusable or outdated response.',
      samples: ({ retried }) => [{ value: retried }],
    },
    {
      name: 'pics_ledger_failed_apps',
      help: 'Apps that failed and need a requeue, by the class of their error.',
      labelNames: ['error_class'],
      samples: ({ failedByClass }) =>
        [...failedByClass].map(([error_class, value]) => ({ labels: { error_class }, value })),
    },
    {
      name: 'pics_ledger_oldest_wanted_age_seconds',
      help: 'Age of the change for which the longest waiting app is wanted; 0 when none waits. Apps found by a scan do not count.',
      samples: ({ oldestWantedSince }) => [{ value: ageSeconds(oldestWantedSince) }],
    },
    {
      name: 'pics_ledger_dispatch_paused',
      help: 'Whether dispatching is paused (1) or not (0).',
      samples: ({ paused }) => [{ value: paused ? 1 : 0 }],
    },
    {
      name: 'pics_feed_change_number',
      help: 'The change number up to which the change feed is recorded.',
      samples: ({ changeNumber }) => (changeNumber === null ? [] : [{ value: changeNumber }]),
    },
    {
      name: 'pics_feed_last_change_timestamp_seconds',
      help: 'When the change feed last had a new change, in Unix time.',
      samples: ({ changedAt }) => [{ value: changedAt.getTime() / 1_000 }],
    },
  ]);
}

/** Registers the gauges over both queues. */
export function registerQueueGauges(registry: Registry, read: () => Promise<QueueReading>): void {
  registerReadGauges(registry, read, [
    {
      name: 'pics_queue_jobs',
      help: 'Jobs in a queue by state: waiting, active, delayed (between two attempts) or failed (and kept).',
      labelNames: ['queue', 'state'],
      samples: ({ queues }) =>
        queues.flatMap(({ name, waiting, active, delayed, failed }) =>
          Object.entries({ waiting, active, delayed, failed }).map(([state, value]) => ({
            labels: { queue: name, state },
            value,
          })),
        ),
    },
    {
      name: 'pics_queue_paused',
      help: 'Whether the queue is paused in Bull Board (1) or not (0).',
      labelNames: ['queue'],
      samples: ({ queues }) =>
        queues.map(({ name, paused }) => ({ labels: { queue: name }, value: paused ? 1 : 0 })),
    },
    {
      name: 'pics_queue_fetch_rate_requests_per_second',
      help: 'How many PICS requests a second the whole fleet may make.',
      samples: ({ fetchRate }) => (fetchRate === undefined ? [] : [{ value: fetchRate }]),
    },
    {
      name: 'pics_steam_refused_since_timestamp_seconds',
      help: 'Since when Steam has given nothing but refusals, in Unix time; 0 when it responds.',
      samples: ({ steamPause }) => [{ value: (steamPause?.since?.getTime() ?? 0) / 1_000 }],
    },
    {
      name: 'pics_steam_pause_until_timestamp_seconds',
      help: 'Until when the fleet makes no requests because Steam refused them, in Unix time; 0 when it makes them.',
      samples: ({ steamPause }) => [{ value: steamPause?.since ? steamPause.until.getTime() / 1_000 : 0 }],
    },
  ]);
}
