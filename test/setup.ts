import { afterAll, inject } from 'vitest';
import { closeEverything } from './support/cleanup.ts';
import { RUN_VARIABLE } from './support/leftovers.ts';

process.env[RUN_VARIABLE] = inject('runId');

// Longer than any service may take to drain, so that what hangs is named instead of the hook.
afterAll(closeEverything, 60_000);
