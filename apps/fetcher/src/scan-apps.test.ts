import { SteamUnavailable, type ScanAppsJob, type WriteScanJob } from '@pics/core';
import type { ProductMetadata } from '@pics/steam';
import { expect, test } from 'vitest';
import { scanApps } from './scan-apps.ts';

const job: ScanAppsJob = { version: 2, task: 'scan', batchId: 'batch', appids: [10, 20, 30, 40] };
const SHA1 = 'ab'.repeat(20);

/** Runs the step against a Steam that responds with `metadata`; returns the write jobs. */
async function run(metadata: Partial<ProductMetadata>): Promise<WriteScanJob[]> {
  const written: WriteScanJob[] = [];
  await scanApps(job, {
    getProductMetadata: async () => ({ apps: [], unknown: [], unanswered: [], parts: 1, ...metadata }),
    addWriteJob: async (writeJob) => void written.push(writeJob),
  });
  return written;
}

test('distinguishes the SHA-1 of the whole text from that of the part sent without a token', async () => {
  const [written] = await run({
    apps: [
      { appid: 10, changeNumber: 5, missingToken: false, sha1: SHA1, size: 100 },
      { appid: 20, changeNumber: 6, missingToken: true, sha1: SHA1, size: 100 },
      { appid: 30, changeNumber: 7, missingToken: true, size: 0 },
    ],
    unknown: [40],
  });
  expect(written).toMatchObject({
    batchId: 'batch',
    seen: [
      [10, 5, SHA1],
      [20, 6, null, SHA1],
      [30, 7],
    ],
    unanswered: [],
  });
});

test('adds no write job when the session was lost before a response', async () => {
  const unanswered = job.appids.map((appid) => ({ appid, reason: 'disconnected' as const }));
  await expect(run({ unanswered })).rejects.toThrow(SteamUnavailable);
});

test('sends the tokens of the job', async () => {
  await scanApps(
    { ...job, tokens: { 10: '77' } },
    {
      getProductMetadata: async (_appids, tokens) => {
        expect(tokens).toEqual(new Map([[10, '77']]));
        return { apps: [], unknown: [10, 20, 30, 40], unanswered: [], parts: 1 };
      },
      addWriteJob: async () => {},
    },
  );
  expect.assertions(1);
});
