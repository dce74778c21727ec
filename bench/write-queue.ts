import { packWriteJob } from '@pics/core';
import { openQueues } from '@pics/queue';
import { WRITE_QUEUE_HIGH_WATER } from '../apps/fetcher/src/config.ts';
import { writeJob } from '../packages/database/src/testing/app-record.ts';
import { createTestRedis } from '../test/support/redis.ts';
import { readAppRecords } from './input/app-records.ts';
import { cutBatches } from './input/batches.ts';
import { atMost, type Benchmark } from './measure/benchmark.ts';
import { figureOf } from './measure/figure.ts';

const BATCH_SIZE = 200;

/** A megabyte as Redis counts it. */
const MEGABYTE = 2 ** 20;
const GOAL_MEGABYTES = 64;

/** The memory of Redis while as many write jobs wait as fetchers add before they stop. */
export const writeQueue: Benchmark = {
  name: 'write-queue',
  measures: `the memory of Redis with ${WRITE_QUEUE_HIGH_WATER} write jobs of ${BATCH_SIZE} apps, with their texts`,
  run: async () => {
    const { origin, records, texts } = await readAppRecords(WRITE_QUEUE_HIGH_WATER * BATCH_SIZE);
    const textOf = new Map(records.map(({ appid }, index) => [appid, texts[index] ?? new Uint8Array()]));
    const redis = await createTestRedis();
    const queues = openQueues(redis.url, () => {});
    const sizes: number[] = [];
    for (const [index, batch] of cutBatches(records, BATCH_SIZE).slice(0, WRITE_QUEUE_HIGH_WATER).entries()) {
      const bodies = batch.map(({ appid }) => ({ appid, bytes: textOf.get(appid) ?? new Uint8Array() }));
      const job = packWriteJob(writeJob({ batchId: `batch-${index}`, records: batch, bodies }));
      sizes.push(job.frame.length / 1_000);
      await queues.write.add(job);
    }
    const memory = /used_memory:(\d+)/.exec(await queues.redis.info('memory'));
    await queues.close();
    await redis.drop();
    const project = figureOf([Number(memory?.[1]) / MEGABYTE]);
    return [
      {
        what: `Redis, ${sizes.length} write jobs of ${BATCH_SIZE} apps`,
        unit: 'MB',
        project,
        goals: [atMost(GOAL_MEGABYTES, 'MB', project)],
        note: `MB of 2^20 bytes; ${origin}`,
      },
      { what: `frame of ${BATCH_SIZE} apps in a write job`, unit: 'kB', project: figureOf(sizes), goals: [] },
    ];
  },
};
