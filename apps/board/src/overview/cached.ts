/** No result is replaced sooner than this. */
const MIN_AGE_MS = 1_500;

/** A read that takes a second is repeated after 20: the board takes at most this share of a connection's time. */
const AGE_PER_DURATION = 20;

/**
 * Caches the result of a read for as long as the read is slow: milliseconds are repeated on almost every call, seconds are
 * not. Calls during a read wait for its result. A failure is cached like a result.
 */
export function cached<T>(
  read: () => Promise<T>,
  now: () => number = () => performance.now(),
): () => Promise<T> {
  let latest: Promise<T> | undefined;
  let expiresAt = 0;
  const readNow = async () => {
    const startedAt = now();
    expiresAt = Number.POSITIVE_INFINITY;
    try {
      return await read();
    } finally {
      expiresAt = now() + Math.max(MIN_AGE_MS, (now() - startedAt) * AGE_PER_DURATION);
    }
  };
  return () => {
    if (!latest || now() >= expiresAt) latest = readNow();
    return latest;
  };
}
