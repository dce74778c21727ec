/** Which part of a whole is done, as a bar of so many columns. */
export function drawBar(fraction: number, columns: number): string {
  const done = Math.round(Math.min(Math.max(fraction, 0), 1) * columns);
  return '█'.repeat(done) + '░'.repeat(columns - done);
}
