import prettyMilliseconds from 'pretty-ms';

const wholeNumbers = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const threeDigits = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** A whole number with separators: "282,630". */
export function formatCount(count: number): string {
  return wholeNumbers.format(count);
}

/** A count with its noun: "1 app", "2 apps", "1,200 apps". */
export function formatApps(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'app' : 'apps'}`;
}

/** A share from 0 to 1 in whole percent, 100 % only when it is whole: "99 %". */
export function formatPercent(share: number): string {
  return `${Math.floor(share * 100)} %`;
}

/** A rate per second with three significant digits: "0.038", "3.2", "398". */
export function formatRate(perSecond: number): string {
  return perSecond < 100 ? threeDigits.format(perSecond) : formatCount(perSecond);
}

/**
 * A length of time in its two largest units: "45s", "12m", "3h 20m", "2d 5h". Negative ones are "0s".
 *
 * Seconds are dropped from one minute on: beside minutes they only flicker on a page that updates every two seconds.
 */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds === 0) return '0s'; // pretty-ms writes 0ms.
  return prettyMilliseconds(seconds * 1_000, { unitCount: 2, hideSeconds: true });
}

/** How long ago a moment was: "4s ago". A clock that is a little ahead does not put it into the future. */
export function formatAgo(moment: Date, now: Date = new Date()): string {
  return `${formatDuration(now.getTime() - moment.getTime())} ago`;
}

/** A moment for readers in any time zone: "2026-11-22 14:03 UTC". */
export function formatUtc(moment: Date): string {
  return `${moment.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** A moment in the time zone of this machine: "2026-11-22 13:05:11". */
export function formatLocalTime(moment: Date): string {
  return moment.toLocaleString('sv-SE'); // Sweden writes times as ISO 8601 does.
}

/** Each part as a sentence: a capital letter first, a full stop last. */
export function sentences(...parts: string[]): string {
  return parts
    .filter((part) => part !== '')
    .map((part) => `${part.charAt(0).toUpperCase()}${part.slice(1)}${/[.!?]$/.test(part) ? '' : '.'}`)
    .join(' ');
}
