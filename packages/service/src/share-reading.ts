/**
 * One reading for everybody who asks while it is under way and for `forMs` after, whether it succeeds or fails: however many
 * ask, the servers behind it are asked once.
 *
 * @param now milliseconds; the system clock by default.
 */
export function shareReading<Value>(
  read: () => Promise<Value>,
  forMs: number,
  now: () => number = Date.now,
): () => Promise<Value> {
  let reading: Promise<Value> | undefined;
  let until = 0;
  return () => {
    if (reading && now() < until) return reading;
    until = Infinity;
    const current = read().finally(() => (until = now() + forMs));
    current.catch(() => {}); // The caller gets the error as well.
    return (reading = current);
  };
}
