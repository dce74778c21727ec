/** The soonest that anything is read again. */
const SHORTEST_PAUSE_MS = 1_500;

/** A read that takes a second is repeated every 20: the board never takes more than this share of a connection's time. */
const PAUSE_PER_DURATION = 20;

/**
 * Reads something at the pace it can bear: whoever asks meanwhile gets what was read last, and all who ask while it is
 * being read wait for the same answer. What costs milliseconds is always fresh, what costs a second is not asked for twice
 * a second.
 */
export function paced<T>(
  read: () => Promise<T>,
  now: () => number = () => performance.now(),
): () => Promise<T> {
  let latest: Promise<T> | undefined;
  let nextAt = 0;
  const readNow = async () => {
    const startedAt = now();
    nextAt = Number.POSITIVE_INFINITY;
    try {
      return await read();
    } finally {
      nextAt = now() + Math.max(SHORTEST_PAUSE_MS, (now() - startedAt) * PAUSE_PER_DURATION);
    }
  };
  return () => {
    if (!latest || now() >= nextAt) latest = readNow();
    return latest;
  };
}
