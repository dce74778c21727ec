import { setTimeout as delay } from 'node:timers/promises';

/**
 * How long health and metrics wait for what they are told by Postgres and Redis. Prometheus gives a scrape 10 s; and a queue
 * whose Redis was never reached does not answer at all.
 */
export const ANSWER_TIMEOUT_MS = 3_000;

/** The answer, or undefined when it has not come in time. Whatever comes later, an error included, is dropped. */
export async function awaitAnswer<Answer>(
  answer: Promise<Answer>,
  timeoutMs = ANSWER_TIMEOUT_MS,
): Promise<Answer | undefined> {
  return Promise.race([answer, delay(timeoutMs, undefined, { ref: false })]);
}
