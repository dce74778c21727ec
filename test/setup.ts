import { afterAll, beforeEach, inject } from 'vitest';
import { closeEverything, listOpen } from './support/cleanup.ts';
import { RUN_VARIABLE } from './support/leftovers.ts';

process.env[RUN_VARIABLE] = inject('runId');

// Longer than any service may take to drain, so that what hangs is named instead of the hook.
const CLOSE_TIMEOUT_MS = 60_000;

// After the cleanup of the test itself. Otherwise pipelines of finished tests go on polling until the file ends: in one file
// they took 194 of 320 s of CPU time.
beforeEach(({ task, onTestFinished }) => {
  const before = listOpen();
  if (!task.concurrent) onTestFinished(() => closeEverything(before), CLOSE_TIMEOUT_MS);
});

afterAll(() => closeEverything(), CLOSE_TIMEOUT_MS);
