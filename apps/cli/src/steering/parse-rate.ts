import { InvalidArgumentError } from 'commander';

/** The bounds of FETCH_RATE_PER_SECOND. */
const LOWEST = 0.01;
const HIGHEST = 10_000;

/** Requests a second, as an argument says them: "2", "0.5/s", "30/min"; null for "default", which gives the rate back. */
export function parseRate(text: string): number | null {
  if (text === 'default') return null;
  const [, count, unit] = /^(\d{1,6}(?:\.\d{1,3})?)(?:\/(s|min))?$/.exec(text) ?? [];
  const perSecond = count === undefined ? Number.NaN : Number(count) / (unit === 'min' ? 60 : 1);
  if (perSecond >= LOWEST && perSecond <= HIGHEST) return perSecond;
  throw new InvalidArgumentError(
    `It must be a number of requests from ${LOWEST} to ${HIGHEST} a second, such as 2, 0.5/s or 30/min, or default.`,
  );
}
