import { expect, test } from 'vitest';
import { runRound } from './faults/run-round.ts';

/** A round of `npm run test:faults` in which a service is killed, Redis is emptied and Postgres goes away. */
const SEED = 11;

test('every promise holds after a round of random faults', { timeout: 300_000 }, async () => {
  const { faults, broken } = await runRound(SEED);
  expect(broken, `after ${faults.join('; ')}`).toEqual([]);
});
