import { TOLERATED_RATE } from '@pics/queue';
import { formatRate } from './format.ts';

/** What people type into the command line and into the forms of the board. */

const UNIT_MS: Record<string, number> = {
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** The moment that a text such as "90min", "2h" or "3d" means as how long ago it was; undefined when it means none. */
export function findMomentAgo(text: string, now: Date = new Date()): Date | undefined {
  const [, count, unit = ''] = /^(\d{1,6})\s*(s|min|h|d|w)$/.exec(text) ?? [];
  return count === undefined ? undefined : new Date(now.getTime() - Number(count) * (UNIT_MS[unit] ?? 0));
}

/** The bounds of FETCH_RATE_PER_SECOND. */
export const LOWEST_RATE = 0.01;
export const HIGHEST_RATE = 10_000;

/** The requests a second that a text such as "2", "0.5/s" or "30/min" means; undefined when it means none within the bounds. */
export function findRate(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,6}(?:\.\d{1,3})?)(?:\/(s|min))?$/.exec(text) ?? [];
  const perSecond = count === undefined ? Number.NaN : Number(count) / (unit === 'min' ? 60 : 1);
  return perSecond >= LOWEST_RATE && perSecond <= HIGHEST_RATE ? perSecond : undefined;
}

/** What there is to know about a rate that is faster than Steam is known to tolerate; undefined for a slower one. */
export function findRateWarning(requestsPerSecond: number): string | undefined {
  return requestsPerSecond > TOLERATED_RATE
    ? `Steam is known to tolerate ${TOLERATED_RATE} requests a second. At ${formatRate(requestsPerSecond)} it may refuse them, and the whole fleet then pauses for up to 5 minutes at a time.`
    : undefined;
}
