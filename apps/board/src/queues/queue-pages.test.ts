import { FETCH_QUEUE, fetchJobSchema, PermanentError } from '@pics/core';
import { startWorker } from '@pics/queue';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { startTestBoard } from '../../../../test/support/board.ts';

const board = await startTestBoard();
const { queues, database } = board;

beforeEach(async () => {
  await queues.redis.flushdb();
  board.lines.length = 0;
});

async function put(path: string, body: unknown = {}) {
  const { status, text } = await board.send(`/queues/api${path}`, { method: 'PUT', body });
  return { status, body: text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>) };
}

/** The audit line of the one write there was. */
async function auditLine(): Promise<Record<string, unknown>> {
  await expect.poll(() => board.lines).toHaveLength(1);
  return JSON.parse(board.lines[0] ?? '') as Record<string, unknown>;
}

/** Jobs that failed for good. Their worker can be set to fail a few more times and then succeed. */
async function failJobs(...batchIds: string[]) {
  let failures = Number.POSITIVE_INFINITY;
  const worker = startWorker({
    queue: FETCH_QUEUE,
    redisUrl: board.redisUrl,
    concurrency: 1,
    schema: fetchJobSchema,
    step: async () => {
      if (failures === Number.POSITIVE_INFINITY) throw new PermanentError('Steam never responds');
      failures -= 1;
      if (failures >= 0) throw new Error('temporary');
      return { apps: 1 };
    },
    findBlocker: async () => undefined,
    log: { info: () => {}, warn: () => {}, error: () => {} },
  });
  onTestFinished(() => worker.close());
  for (const batchId of batchIds) {
    await queues.fetch.add({ version: 1, task: 'scan', batchId, appids: [440, 570] });
  }
  await expect.poll(() => queues.fetch.bull.getFailedCount(), WAIT).toBe(batchIds.length);
  const [job] = await queues.fetch.bull.getFailed();
  return {
    jobId: job?.id ?? '',
    failTimes: (times: number) => {
      failures = times;
    },
  };
}

const WAIT = { timeout: 20_000 };

describe('Bull Board', () => {
  test('retries a failed job with all its attempts', async () => {
    const { jobId, failTimes } = await failJobs('a');
    // Fails twice more, which would be too often for the single attempt of BullMQ's own retry.
    failTimes(2);
    expect((await put(`/queues/${FETCH_QUEUE}/${jobId}/retry`)).status).toBe(204);
    await expect.poll(() => queues.fetch.bull.getCompletedCount(), WAIT).toBe(1);
    expect(await queues.fetch.bull.getJob(jobId)).toMatchObject({
      attemptsMade: 3,
      returnvalue: { apps: 1 },
    });
    expect(await auditLine()).toMatchObject({
      queue: FETCH_QUEUE,
      jobId,
      jobs: 1,
      who: 'this machine',
      status: 204,
    });
  });

  test('retries all failed jobs with all their attempts, and logs how many on the audit line', async () => {
    const { failTimes } = await failJobs('a', 'b', 'c');
    failTimes(2);
    expect((await put(`/queues/${FETCH_QUEUE}/retry/failed`)).body).toEqual({ retried: 3, skipped: 0 });
    await expect.poll(() => queues.fetch.bull.getCompletedCount(), WAIT).toBe(3);
    expect(await auditLine()).toMatchObject({ queue: FETCH_QUEUE, state: 'failed', jobs: 3 });
  });

  test('shows the number of apps of a job and their ids, not their records', async () => {
    await queues.write.add({
      version: 1,
      task: 'apps',
      batchId: 'a',
      changeNumber: 7,
      records: [{ appid: 440, changeNumber: 7, access: 'restricted', developers: ['Valve'] }],
      unknown: [570],
      failed: [],
      unanswered: [],
    });
    const [job] = await queues.write.bull.getWaiting();
    const { text } = await board.send(`/queues/api/queues/pics-write/${job?.id}`);
    const shown = JSON.parse(text) as { job: { data: unknown } };
    const summary = { records: { count: 1, appids: '440' }, unknown: { count: 1, appids: '570' } };
    expect(shown.job.data).toMatchObject(summary);

    const list = await board.send('/queues/api/queues?activeQueue=pics-write&status=latest&page=1');
    const { queues: listed } = JSON.parse(list.text) as { queues: { jobs: object[] }[] };
    expect(listed[1]?.jobs).toEqual([
      expect.objectContaining({ id: job?.id, data: expect.objectContaining(summary) }),
    ]);
  });

  test('shows a payload of an unknown shape unchanged', async () => {
    await queues.fetch.bull.add('by hand', { hello: 'world' });
    const [job] = await queues.fetch.bull.getWaiting();
    const { text } = await board.send(`/queues/api/queues/pics-fetch/${job?.id}`);
    expect(JSON.parse(text)).toMatchObject({ job: { data: { hello: 'world' } } });
  });

  test('sets and resets the rate of the fleet in the database', async () => {
    const rate = async () => {
      const state = await database.selectFrom('picsState').select('fetchRate').executeTakeFirstOrThrow();
      return state.fetchRate;
    };
    await put(`/queues/${FETCH_QUEUE}/rate-limit`, { max: 4, duration: 1_000 });
    expect(await rate()).toBe(4);
    expect(await put(`/queues/${FETCH_QUEUE}/rate-limit`, { max: 1, duration: 1_000_000 })).toMatchObject({
      status: 400,
      body: { message: 'The rate must be from 0.01 to 10,000 requests a second.' },
    });
    expect(await rate()).toBe(4);
    await put(`/queues/${FETCH_QUEUE}/rate-limit`, { max: null, duration: null });
    expect(await rate()).toBeNull();
    await put('/queues/pics-write/rate-limit', { max: 9, duration: 1_000 });
    expect(await rate()).toBeNull();
  });

  test('logs on the audit line how many jobs an emptied queue had', async () => {
    await queues.fetch.add({ version: 1, task: 'scan', batchId: 'a', appids: [440] });
    await queues.fetch.add({ version: 1, task: 'scan', batchId: 'b', appids: [570] });
    await put(`/queues/${FETCH_QUEUE}/empty`);
    expect(await auditLine()).toMatchObject({
      action: '/api/queues/:queueName/empty',
      queue: FETCH_QUEUE,
      jobs: 2,
    });
  });

  test('names the environment and links to the overview', async () => {
    const { text } = await board.send('/queues');
    const config =
      /<script id="__UI_CONFIG__" type="application\/json">(.*?)<\/script>/.exec(text)?.[1] ?? '';
    expect(JSON.parse(config)).toMatchObject({
      environment: { label: 'test' },
      miscLinks: [{ text: 'Overview', url: '/' }],
    });
  });
});
