import type { FleetSettings, LedgerCounts, ThroughputPoint } from '@pics/database';

/** What the whole fleet does per second. */
export interface Speed {
  apps: number;
  requests: number;
}

/** The minutes that count as "now": long enough to be steady across batches, short enough to follow a change of the rate. */
const CURRENT_MINUTES = 5;

/** Measures the current speed from points of one minute each. */
export function measureCurrentSpeed(minutes: readonly ThroughputPoint[]): Speed {
  return measureSpeed(minutes.slice(-CURRENT_MINUTES));
}

/** Measures the mean speed since work began within these points, so that a fleet started a minute ago does not look slow. */
export function measureSpeed(points: readonly ThroughputPoint[]): Speed {
  return {
    apps: meanSinceFirst(points.map((point) => point.appsPerSecond)),
    requests: meanSinceFirst(points.map((point) => point.requestsPerSecond)),
  };
}

function meanSinceFirst(rates: readonly number[]): number {
  const first = rates.findIndex((rate) => rate > 0);
  if (first === -1) return 0;
  const since = rates.slice(first);
  return since.reduce((sum, rate) => sum + rate, 0) / since.length;
}

/** Counts the apps that are still to be fetched or written. */
export function countUnsettled({ wanted, inFlight }: Pick<LedgerCounts, 'wanted' | 'inFlight'>): number {
  return wanted + inFlight;
}

/**
 * Estimates how long the wanted apps take at the current speed.
 *
 * @returns milliseconds; undefined when nothing is wanted, nothing gets settled, or the fleet is paused.
 */
export function estimateEtaMs(ledger: {
  counts: LedgerCounts;
  settings: FleetSettings;
  hour: readonly ThroughputPoint[];
}): number | undefined {
  if (ledger.settings.pausedAt) return undefined;
  const { apps } = measureCurrentSpeed(ledger.hour);
  const left = countUnsettled(ledger.counts);
  return left > 0 && apps > 0 ? (left / apps) * 1_000 : undefined;
}
