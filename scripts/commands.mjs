import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.mjs';
import { summarise } from './tally.mjs';

const PICS = 'apps/cli/src/main.ts';
const VITEST = 'node_modules/vitest/vitest.mjs';

/** @type {[name: string, ...command: string[]][]} */
const CHECKS = [
  ['types', 'node_modules/typescript/bin/tsc', '-p', '.'],
  ['types in the browser', 'node_modules/typescript/bin/tsc', '-p', 'apps/board/browser'],
  ['lint', 'node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'],
  ['format', 'node_modules/oxfmt/bin/oxfmt', '--check'],
  // Those that need no servers, and no patience.
  ['tests', VITEST, 'run', '--project=quick', '--exclude=**/*.fuzz.test.ts'],
];

/**
 * What `npm run …` can ask for, once Node and the dependencies are there. Each takes a Node to run things with and the
 * remaining arguments, and resolves with an exit code.
 *
 * @type {Record<string, (node: string, args: string[]) => Promise<number>>}
 */
export const commands = {
  up: (node, args) => runProgram(node, 'tools/local/src/main.ts', args),
  migrate: (node, args) => runProgram(node, PICS, ['migrate', ...args]),
  pics: (node, args) => runProgram(node, PICS, args),
  bench: (node, args) => run(node, ['bench/main.ts', ...args]),
  'test:faults': (node, args) => run(node, ['test/faults/main.ts', ...args]),
  test: runTests,
  check: runChecks,
};

/**
 * Runs a program with the settings of an `.env` file where there is one.
 *
 * @param {string} node
 * @param {string} file
 * @param {string[]} args
 */
function runProgram(node, file, args) {
  const settings = existsSync('.env') ? ['--env-file=.env'] : [];
  return run(node, [...settings, file, ...args]);
}

/**
 * @param {string} node
 * @param {string[]} args
 */
async function runTests(node, args) {
  const folder = mkdtempSync(join(tmpdir(), 'pics-tests-'));
  chmodSync(folder, 0o711); // Root's Postgres runs as another user, who must get through.
  const tallyFile = join(folder, 'tally.json');
  // Temporary files of the run, and of all it starts, go with the folder, whatever their owners come to.
  const env = { ...process.env, TMPDIR: folder, PICS_TEST_TALLY: tallyFile };
  try {
    const code = await run(node, [VITEST, 'run', ...args], env);
    console.log(summarise(tallyFile, code));
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/**
 * All of the checks, also when an early one fails: one run then names everything there is to mend.
 *
 * @param {string} node
 */
async function runChecks(node) {
  /** @type {string[]} */
  const failed = [];
  for (const [name, ...command] of CHECKS) {
    if ((await run(node, command)) !== 0) failed.push(name);
  }
  if (failed.length > 0) console.error(`Not clean: ${failed.join(', ')}.`);
  return failed.length === 0 ? 0 : 1;
}
