import { createRequire } from 'node:module';
import { loadWhenUsed } from '@pics/core';

const require = createRequire(import.meta.url);
loadWhenUsed(createRequire(require.resolve('bullmq')), ['cron-parser']);
