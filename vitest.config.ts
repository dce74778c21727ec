import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { createCountsReporter } from './test/support/counts-reporter.ts';

const TESTS = ['{apps,packages,tools}/*/src/**/*.test.ts', 'test/**/*.test.ts'];

/**
 * Tests that import from test/support, or run a round of faults, need servers or processes; all others are quick. The imports
 * decide, so no test can be in the wrong list.
 */
const all = globSync(TESTS, { exclude: (path) => path.includes('node_modules') });
const withServers = all.filter((file) => /from '[^']*\/(support|faults)\//.test(readFileSync(file, 'utf8')));

// As `npm start` and the image do: the hundreds of processes that tests start take half of the CPU time until they work.
process.env['NODE_COMPILE_CACHE'] ??= resolve(import.meta.dirname, '.cache/compiled');

const countsFile = process.env['PICS_TEST_COUNTS'];

export default defineConfig({
  test: {
    // Vitest would use one worker on two cores, but tests of the pipeline mostly wait: two left the machine idle for half of the time.
    maxWorkers: 4,
    // Only a test that hangs should time out: a busy machine can be six times slower than an idle one.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    expect: { poll: { timeout: 30_000 } },
    reporters: ['default', ...(countsFile ? [createCountsReporter(countsFile)] : [])],
    projects: [
      { extends: true, test: { name: 'quick', include: all.filter((file) => !withServers.includes(file)) } },
      {
        extends: true,
        test: {
          name: 'servers',
          include: withServers,
          globalSetup: 'test/support/global-setup.ts',
          setupFiles: 'test/setup.ts',
        },
      },
    ],
  },
});
