import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findEnvFile } from './env-file.mjs';
import { run } from './run.mjs';
import { installPnpm } from './toolchain.mjs';

const PICS = 'apps/cli/src/main.ts';
const VITEST = 'node_modules/vitest/vitest.mjs';

/** @type {[name: string, ...command: string[]][]} */
const CHECKS = [
  ['types', 'node_modules/typescript/bin/tsc', '-p', '.'],
  ['types in the browser', 'node_modules/typescript/bin/tsc', '-p', 'apps/board/browser'],
  ['lint', 'node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'],
  ['format', 'node_modules/oxfmt/bin/oxfmt', '--check'],
  // Only tests that need no servers and little time.
  ['tests', VITEST, 'run', '--project=quick', '--exclude=**/*.fuzz.test.ts'],
];

/**
 * The commands of `npm run …`. Each gets the path of Node and the remaining arguments, and resolves with an exit code. Node and
 * the dependencies are installed by then.
 *
 * @type {Record<string, (node: string, args: string[]) => Promise<number>>}
 */
export const commands = {
  up: (node, args) => runProgram(node, 'tools/local/src/main.ts', args),
  migrate: (node, args) => runProgram(node, PICS, ['migrate', ...args]),
  pics: (node, args) => runProgram(node, PICS, args),
  bench: (node, args) => run(node, ['bench/main.ts', ...args]),
  'docs:schema': (node) =>
    run(node, [VITEST, 'run', 'test/schema.test.ts', 'test/schema-types.test.ts', '--update']),
  audit: async () => run(await installPnpm('.'), ['audit', '--prod', '--audit-level', 'high']),
  release: (node, args) => run(node, ['scripts/release/main.mjs', ...args]),
  'test:faults': (node, args) => run(node, ['test/faults/main.ts', ...args]),
  'test:containers': (node, args) => run(node, ['test/containers/main.ts', ...args]),
  test: runTests,
  check: runChecks,
};

/**
 * Runs a program with the settings of `.env`, if there is one.
 *
 * @param {string} node
 * @param {string} file
 * @param {string[]} args
 */
async function runProgram(node, file, args) {
  const envFile = findEnvFile('.');
  return run(node, [...(envFile ? [`--env-file=${envFile}`] : []), file, ...args]);
}

/**
 * @param {string} node
 * @param {string[]} args
 */
async function runTests(node, args) {
  const folder = mkdtempSync(join(tmpdir(), 'pics-tests-'));
  chmodSync(folder, 0o711); // When root runs the tests, Postgres runs as another user.
  const countsFile = join(folder, 'counts.json');
  // Temporary files of the run and of all its processes are removed with the folder.
  const env = { ...process.env, TMPDIR: folder, PICS_TEST_COUNTS: countsFile };
  try {
    const code = await run(node, [VITEST, 'run', ...args], env);
    console.log(summarizeCounts(countsFile, code));
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/**
 * Returns the last line of a test run: `N passed, N failed`.
 *
 * The counts come from a file that the reporter updates during the run, because a runner that crashes reports nothing. A
 * run that ends badly without a failed test (a crash, a process left behind, no tests) counts as one failure, so that the
 * line never contradicts the exit code.
 *
 * @param {string} countsFile
 * @param {number} exitCode
 */
export function summarizeCounts(countsFile, exitCode) {
  const { passed, failed } = readCounts(countsFile);
  return `${passed} passed, ${failed === 0 && exitCode !== 0 ? 1 : failed} failed`;
}

/** @param {string} file */
function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 0 };
  }
}

/**
 * Runs all checks, even when one fails, so that one run reports everything.
 *
 * @param {string} node
 */
async function runChecks(node) {
  /** @type {string[]} */
  const failed = [];
  for (const [name, ...command] of CHECKS) {
    if ((await run(node, command)) !== 0) failed.push(name);
  }
  if (failed.length > 0) console.error(`Failed: ${failed.join(', ')}.`);
  return failed.length === 0 ? 0 : 1;
}
