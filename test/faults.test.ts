import { expect, test } from 'vitest';
import { runRound } from './faults/run-round.ts';

/** One round of what `npm run test:faults` runs by the hundred; a service killed, Redis emptied and Postgres gone among it. */
const SEED = 11;

test('a round of random faults breaks no promise', { timeout: 300_000 }, async () => {
  const { faults, broken } = await runRound(SEED);
  expect(broken, `after ${faults.join('; ')}`).toEqual([]);
});
