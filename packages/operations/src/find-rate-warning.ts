import { TOLERATED_RATE } from '@pics/queue';
import { formatRate } from './format.ts';

/** What there is to know about a rate that is faster than Steam is known to tolerate; undefined for a slower one. */
export function findRateWarning(requestsPerSecond: number): string | undefined {
  return requestsPerSecond > TOLERATED_RATE
    ? `Steam is known to tolerate ${TOLERATED_RATE} requests a second. At ${formatRate(requestsPerSecond)} it may refuse them, and the whole fleet then pauses for up to 5 minutes at a time.`
    : undefined;
}
