import { globSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { createTallyReporter } from './test/support/tally-reporter.ts';

const TESTS = ['{apps,packages,tools}/*/src/**/*.test.ts', 'test/**/*.test.ts'];

/**
 * A test that imports from test/support needs servers or processes; all others are quick and run without any. It is read
 * off the files, so that no test can stand in the wrong list.
 */
const all = globSync(TESTS, { exclude: (path) => path.includes('node_modules') });
const withServers = all.filter((file) => /from '[^']*\/support\//.test(readFileSync(file, 'utf8')));

const tally = process.env['PICS_TEST_TALLY'];

export default defineConfig({
  test: {
    // Two at a time also on two cores, where Vitest would take one: tests of the whole line spend their time waiting.
    maxWorkers: 2,
    // Limits tell "hangs" from "slow today": a busy machine was seen to take six times as long as an idle one.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    reporters: ['default', ...(tally ? [createTallyReporter(tally)] : [])],
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
