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

/** A duration in at most two units: "45 s", "4 min 10 s", "3 d 2 h". */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const [days, hours, minutes] = [86_400, 3_600, 60].map((unit) => Math.floor(whole / unit)) as [
    number,
    number,
    number,
  ];
  if (days > 0) return `${days} d ${hours % 24} h`;
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
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
