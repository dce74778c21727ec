import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Keeps the tally of a run in a file while it goes on, one test file after the other, so that it is right up to there even
 * when the runner itself dies. A file that fails outside its tests (it does not load, its clean-up throws) is one failure.
 */
export function createTallyReporter(file: string): Reporter {
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
