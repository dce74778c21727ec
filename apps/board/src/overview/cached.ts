/** No result is replaced sooner than this. */
const MIN_AGE_MS = 1_500;

/** A read that takes a second is repeated after 20: the board takes at most this share of a connection's time. */
const AGE_PER_DURATION = 20;

/** No result is shown for longer than this: a read may be slow only because it waited for a server that was away. */
const MAX_AGE_MS = 30_000;

/**
 * Caches the result of a read for as long as the read is slow: milliseconds are repeated on almost every call, seconds are
 * not. Calls during a read wait for its result. A failure goes to the calls that waited for it and is not cached: the next
 * call reads again.
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
      const result = await read();
      const age = Math.max(MIN_AGE_MS, (now() - startedAt) * AGE_PER_DURATION);
      expiresAt = now() + Math.min(age, MAX_AGE_MS);
      return result;
    } catch (error) {
      expiresAt = 0;
      throw error;
    }
  };
  return () => {
    if (!latest || now() >= expiresAt) latest = readNow();
    return latest;
  };
}
