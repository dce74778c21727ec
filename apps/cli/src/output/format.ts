/** Whole numbers with thousands separated, the same in every locale. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** So many a second, with as many digits as tell something: 0.038, 3.2, 370. */
export function formatRate(perSecond: number): string {
  return perSecond < 10
    ? perSecond.toLocaleString('en-US', { maximumSignificantDigits: 2 })
    : formatCount(Math.round(perSecond));
}

const UNITS = [
  { unit: 'd', seconds: 86_400 },
  { unit: 'h', seconds: 3_600 },
  { unit: 'min', seconds: 60 },
  { unit: 's', seconds: 1 },
] as const;

/** A duration in at most two units: "45 s", "4 min 10 s", "3 d 2 h". */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const largest = UNITS.findIndex((unit) => whole >= unit.seconds);
  if (largest === -1) return '0 s';
  let left = whole;
  const parts = UNITS.slice(largest, largest + 2).map(({ unit, seconds: length }) => {
    const count = Math.floor(left / length);
    left -= count * length;
    return count === 0 ? '' : `${count} ${unit}`;
  });
  return parts.join(' ').trimEnd();
}

/** A moment in the time zone of this machine: "2026-11-22 13:05:11". */
export function formatTime(time: Date): string {
  return time.toLocaleString('sv-SE'); // Sweden writes times as ISO 8601 does.
}

/** How long ago a moment is: "4 s ago". A clock that is a little ahead makes no future of it. */
export function formatAgo(time: Date, now = Date.now()): string {
  return `${formatDuration(Math.max(0, now - time.getTime()) / 1_000)} ago`;
}

/** "1 app", "2 apps": a count with its noun. */
export function formatApps(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'app' : 'apps'}`;
}
