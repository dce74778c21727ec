import { readFileSync } from 'node:fs';

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
