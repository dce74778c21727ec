import { parseArgs } from 'node:util';
import { closeEverything } from '../support/cleanup.ts';
import { runRound } from './run-round.ts';

/**
 * `npm run test:faults -- --seed S --rounds N`: rounds of faults with the seeds S, S+1, …
 * Rounds run one after the other in this process, which exits with 1 when a promise was broken.
 */
const { seed, rounds } = readOptions();
let broken = 0;
for (let round = seed; round < seed + rounds; round += 1) {
  const startedAt = Date.now();
  const result = await runRound(round);
  await closeEverything();
  const seconds = Math.round((Date.now() - startedAt) / 1_000);
  if (result.broken.length > 0) broken += 1;
  const outcome = result.broken.length > 0 ? 'BROKEN' : 'passed';
  const promises = result.broken.map((promise) => `\n  ${promise}`).join('');
  console.log(`seed ${round}: ${outcome} in ${seconds} s after ${result.faults.join('; ')}${promises}`);
}
console.log(`${rounds - broken} passed, ${broken} failed`);
process.exitCode = broken > 0 ? 1 : 0;

function readOptions(): { seed: number; rounds: number } {
  try {
    const { values } = parseArgs({
      options: { seed: { type: 'string', default: '1' }, rounds: { type: 'string', default: '1' } },
    });
    const numbers = { seed: Number(values.seed), rounds: Number(values.rounds) };
    if (Object.values(numbers).every((value) => Number.isSafeInteger(value) && value >= 1)) return numbers;
    throw new Error('--seed and --rounds take positive integers');
  } catch (error) {
    console.error(`${(error as Error).message}\nusage: npm run test:faults -- [--seed S] [--rounds N]`);
    process.exit(2);
  }
}
