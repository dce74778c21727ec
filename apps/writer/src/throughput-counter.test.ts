import type { WriteAppsJob, WriteScanJob } from '@pics/core';
import { expect, test } from 'vitest';
import { ThroughputCounter, type Throughput } from './throughput-counter.ts';

const apps: WriteAppsJob = {
  version: 1,
  task: 'apps',
  batchId: 'a',
  changeNumber: 7,
  records: [{ appid: 10, changeNumber: 7, access: 'restricted' }],
  unknown: [20, 30],
  failed: [{ appid: 40, error: 'KeyValuesError: cut off' }],
  unanswered: [{ appid: 50, reason: 'NoResponse', counts: true }],
};

const scan: WriteScanJob = { version: 1, task: 'scan', batchId: 'b', seen: [[10, 7]], unanswered: [] };

test('counts a request for every job, and the apps that are settled by it', async () => {
  const added: Throughput[] = [];
  const tally = new ThroughputCounter(async (done) => void added.push(done));
  tally.count(apps);
  tally.count(scan);
  await tally.flush();
  await tally.flush();
  expect(added).toEqual([{ apps: 4, requests: 2 }]);
  expect(tally.total).toEqual({ apps: 4, requests: 2 });
});

test('keeps what could not be handed on, and what came meanwhile, for the next time', async () => {
  const added: Throughput[] = [];
  let away = true;
  const tally = new ThroughputCounter(async (done) => {
    if (away) throw new Error('away');
    added.push(done);
  });
  tally.count(apps);
  const failing = tally.flush();
  tally.count(scan);
  await expect(failing).rejects.toThrow('away');
  away = false;
  await tally.flush();
  expect(added).toEqual([{ apps: 4, requests: 2 }]);
});
