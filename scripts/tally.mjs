import { readFileSync } from 'node:fs';

/**
 * The last line of a test run: `N passed, N failed`.
 *
 * It is made from the tally that the reporter keeps on disk while the run goes on, not from what the runner says at its
 * end: a runner that crashed says nothing. Whatever kept the run from ending well without a failed test to its name
 * (a crash, a process left behind, no test found) counts as one failure, so that the line never claims a success that
 * the exit code denies.
 *
 * @param {string} tallyFile
 * @param {number} exitCode
 */
export function summarise(tallyFile, exitCode) {
  const { passed, failed } = readTally(tallyFile);
  return `${passed} passed, ${failed === 0 && exitCode !== 0 ? 1 : failed} failed`;
}

/** @param {string} file */
function readTally(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 0 };
  }
}
