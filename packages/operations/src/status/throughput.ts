import type { LedgerCounts, ThroughputPoint } from '@pics/database';

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

/** Measures the speed of the last minute or two, for a line that is read as "now". */
export function measureLatestSpeed(minutes: readonly ThroughputPoint[]): Speed {
  return measureSpeed(minutes.slice(-2));
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

/** Requests a second when nothing else is known: FETCH_RATE_PER_SECOND unless set. */
const USUAL_REQUESTS = 2;

/** So many whole minutes of work say more than the rate the fleet may work at. */
const ENOUGH_MINUTES = 2;

/**
 * Estimates how many requests a second the fleet makes from now on: what it may make, or less when whole minutes of work show
 * less. Minutes that were idle in part, at a start or around a pause, say nothing of the minutes to come.
 *
 * @param hour points of one minute each.
 * @param budget requests a second the fleet may make; undefined when that is not known.
 */
export function estimateRequestRate(hour: readonly ThroughputPoint[], budget: number | undefined): number {
  const whole = hour
    .slice(-CURRENT_MINUTES)
    .filter(({ requestsPerSecond }, index, points) => {
      return requestsPerSecond > 0 && (points[index - 1]?.requestsPerSecond ?? 0) > 0;
    })
    .map(({ requestsPerSecond }) => requestsPerSecond);
  if (whole.length < ENOUGH_MINUTES) return budget ?? USUAL_REQUESTS;
  return Math.min(Math.max(...whole), budget ?? Number.POSITIVE_INFINITY);
}
