import type { WriteAppsJob, WriteScanJob } from '@pics/core';
import { expect, test } from 'vitest';
import { ThroughputCounter, type Throughput } from './throughput-counter.ts';

const apps: WriteAppsJob = {
  version: 2,
  task: 'apps',
  batchId: 'a',
  changeNumber: 7,
  counts: { records: 1, bodies: 1, unknown: 2, failed: 1, unanswered: 1 },
  frame: '',
};

const scan: WriteScanJob = { version: 2, task: 'scan', batchId: 'b', seen: [[10, 7]], unanswered: [] };

test('counts one request for every job, and the apps that it settles', async () => {
  const added: Throughput[] = [];
  const counter = new ThroughputCounter(async (done) => void added.push(done));
  counter.count(apps);
  counter.count(scan);
  await counter.flush();
  await counter.flush();
  expect(added).toEqual([{ apps: 4, requests: 2 }]);
  expect(counter.total).toEqual({ apps: 4, requests: 2 });
});

test('keeps what could not be stored, and what was counted meanwhile, for the next flush', async () => {
  const added: Throughput[] = [];
  let unreachable = true;
  const counter = new ThroughputCounter(async (done) => {
    if (unreachable) throw new Error('unreachable');
    added.push(done);
  });
  counter.count(apps);
  const failing = counter.flush();
  counter.count(scan);
  await expect(failing).rejects.toThrow('unreachable');
  unreachable = false;
  await counter.flush();
  expect(added).toEqual([{ apps: 4, requests: 2 }]);
});
