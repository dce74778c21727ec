import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Writes the counts of a run to a file after each test file, so that they are correct up to there even when the runner dies.
 * A file that fails outside its tests (it does not load, or its clean-up throws) counts as one failure.
 */
export function createCountsReporter(file: string): Reporter {
  let passed = 0;
  let failed = 0;
  const write = () => writeFileSync(file, JSON.stringify({ passed, failed }));
  return {
    onInit: write,
    onTestModuleEnd(module: TestModule) {
      const failedTests = [...module.children.allTests('failed')].length;
      passed += [...module.children.allTests('passed')].length;
      failed += failedTests;
      if (failedTests === 0 && module.state() === 'failed') failed += 1;
      write();
    },
  };
}
