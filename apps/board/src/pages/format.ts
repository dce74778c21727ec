const counts = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** A whole number with separators: 282,630. */
export function formatCount(count: number): string {
  return counts.format(count);
}

/** A rate with as many digits as say something: 0.52, 3.4, 398. */
export function formatRate(perSecond: number): string {
  const digits = perSecond >= 100 ? 0 : perSecond >= 10 ? 1 : 2;
  return new Intl.NumberFormat('en', { maximumFractionDigits: digits }).format(perSecond);
}

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** A length of time in its two largest units: "4 s", "12 min", "3 h 20 min", "2 d 5 h". Below a second it is "0 s". */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const first = UNITS.findIndex(([, length]) => seconds >= length);
  if (first === -1) return '0 s';
  const [unit, length] = UNITS[first] ?? UNITS[3];
  const next = UNITS[first + 1];
  const whole = `${Math.floor(seconds / length)} ${unit}`;
  // Seconds beside minutes only flicker.
  if (!next || next[0] === 's') return whole;
  const rest = Math.floor((seconds % length) / next[1]);
  return rest === 0 ? whole : `${whole} ${rest} ${next[0]}`;
}

/** A moment as people of any time zone can read it: 2026-11-22 14:03 UTC. */
export function formatMoment(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** A number of apps: "1 app", "1,200 apps". */
export function formatApps(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'app' : 'apps'}`;
}
