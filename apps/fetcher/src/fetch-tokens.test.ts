import { JOB_VERSION, SteamUnavailable, type WriteTokensJob } from '@pics/core';
import { expect, test } from 'vitest';
import { fetchTokens } from './fetch-tokens.ts';

const job = { version: JOB_VERSION, task: 'tokens', batchId: 'batch', appids: [10, 20, 30] } as const;
const packages = { granted: new Map<number, string>(), denied: [], unmentioned: [] };

test('passes granted tokens on, and counts apps that Steam leaves out as denied', async () => {
  const written: WriteTokensJob[] = [];
  const outcome = await fetchTokens(
    { ...job, appids: [...job.appids] },
    {
      getAccessTokens: async () => ({
        apps: { granted: new Map([[10, '77']]), denied: [20], unmentioned: [30] },
        packages,
      }),
      addWriteJob: async (writeJob) => void written.push(writeJob),
    },
  );
  expect(written).toEqual([
    { version: JOB_VERSION, task: 'tokens', batchId: 'batch', granted: [[10, '77']], denied: [20, 30] },
  ]);
  expect(outcome).toEqual({ apps: 3, granted: 1, denied: 2 });
});

test('adds no write job without a complete response', async () => {
  const fetching = fetchTokens(
    { ...job, appids: [...job.appids] },
    {
      getAccessTokens: async () => {
        throw new SteamUnavailable('the connection was lost');
      },
      addWriteJob: async () => expect.fail('a job was added'),
    },
  );
  await expect(fetching).rejects.toThrow(SteamUnavailable);
});
