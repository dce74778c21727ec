/**
 * A length of time in its two largest units, as `formatDuration` of the board writes it: "45s", "12m", "3h 20m".
 *
 * @param {number} ms
 */
export function formatDuration(ms) {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  const days = Math.floor(minutes / 1_440);
  /** @type {[number, string][]} */
  const units = [
    [Math.floor(days / 365), 'y'],
    [days % 365, 'd'],
    [Math.floor(minutes / 60) % 24, 'h'],
    [minutes % 60, 'm'],
  ];
  const parts = units.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`);
  return parts.slice(0, 2).join(' ');
}
