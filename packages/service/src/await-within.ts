import { setTimeout as delay } from 'node:timers/promises';

/**
 * How long health and metrics wait for Postgres and Redis. Prometheus gives a scrape 10 s, and a queue whose Redis was never
 * reached does not respond at all.
 */
export const READ_TIMEOUT_MS = 3_000;

/** The value of a promise, or undefined when it does not settle in time. Whatever comes later, an error included, is dropped. */
export async function awaitWithin<Value>(
  promise: Promise<Value>,
  timeoutMs = READ_TIMEOUT_MS,
): Promise<Value | undefined> {
  return Promise.race([promise, delay(timeoutMs, undefined, { ref: false })]);
}
