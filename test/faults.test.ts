import { expect, test } from 'vitest';
import { runRound } from './faults/run-round.ts';

/** A round of `npm run test:faults` in which Redis and Postgres fall silent, Redis restarts empty, and a producer is frozen. */
const SEED = 7;

test('every promise holds after a round of random faults', { timeout: 300_000 }, async () => {
  const { faults, broken } = await runRound(SEED);
  expect(broken, `after ${faults.join('; ')}`).toEqual([]);
});
