import { appRoutes } from '@bull-board/api/dist/routes.js';
import { FETCH_QUEUE, fetchJobSchema } from '@pics/core';
import { claimScanRequest, startScan } from '@pics/database';
import { startWorker } from '@pics/queue';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { startTestBoard } from '../../../../test/support/board.ts';

const board = await startTestBoard();
const { bull } = board.queues.fetch;
const QUEUE = `/api/queues/${FETCH_QUEUE}`;
const WAIT = { timeout: 20_000 };

await startScan(board.database, { reason: 'sweep', knownOnly: true });

beforeEach(async () => void (await board.queues.redis.flushdb()));

/** More ids than Bull Board shows. */
const APPIDS = Array.from({ length: 300 }, (_, index) => index + 1);
const payload = { version: 2, task: 'scan', batchId: 'a', appids: APPIDS } as const;

async function request(method: string, path: string, body?: unknown) {
  const { status, text } = await board.send(`/queues${path}`, {
    method,
    ...(body !== undefined && { body }),
  });
  return { status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}

async function addJob(options: { delay?: number } = {}): Promise<string> {
  const { id = '' } = await bull.add('scan', payload, options);
  return id;
}

/** Runs what is waiting, and ends. */
async function runJobs(result: () => { apps: number }): Promise<void> {
  const worker = startWorker({
    queue: FETCH_QUEUE,
    redisUrl: board.redisUrl,
    concurrency: 1,
    schema: fetchJobSchema,
    step: async () => result(),
    findBlocker: async () => undefined,
    log: { info: () => {}, warn: () => {}, error: () => {} },
  });
  onTestFinished(() => worker.close());
  await expect.poll(async () => (await bull.getWaitingCount()) + (await bull.getActiveCount()), WAIT).toBe(0);
}

const fail = () => {
  throw Object.assign(new Error('broken'), { name: 'UnrecoverableError' });
};

/** What the job page shows, as Duplicate and Edit send it back. */
async function readShown(jobId: string): Promise<unknown> {
  const { body } = await request('GET', `${QUEUE}/${jobId}`);
  return (body['job'] as { data: unknown }).data;
}

async function expectRefusal(response: Promise<{ status: number; body: object }>, status: number) {
  expect(await response).toEqual({ status, body: expect.objectContaining({ error: expect.anything() }) });
}

/** The ledger asks for the ids of the job again, and the job is gone. */
async function expectAskedAgain(jobId: string) {
  expect(await bull.getJob(jobId)).toBeUndefined();
  expect(await claimScanRequest(board.database, { size: 10 })).toMatchObject({ appids: APPIDS });
  await board.database.deleteFrom('picsScanRequests').execute();
}

const schedule = () => request('PATCH', `${QUEUE}/job-schedulers/none`, { every: 60_000 });

/** For every writing route of Bull Board: that it does what its button says, or that it refuses. */
const WRITES: Record<string, () => Promise<void>> = {
  'put /api/queues/pause': async () => {
    expect((await request('PUT', '/api/queues/pause')).status).toBe(200);
    expect([await bull.isPaused(), await board.queues.write.bull.isPaused()]).toEqual([true, true]);
  },
  'put /api/queues/resume': async () => {
    await bull.pause();
    expect((await request('PUT', '/api/queues/resume')).status).toBe(200);
    expect(await bull.isPaused()).toBe(false);
  },
  'put /api/queues/:queueName/pause': async () => {
    expect((await request('PUT', `${QUEUE}/pause`)).status).toBe(200);
    expect(await bull.isPaused()).toBe(true);
  },
  'put /api/queues/:queueName/resume': async () => {
    await bull.pause();
    expect((await request('PUT', `${QUEUE}/resume`)).status).toBe(200);
    expect(await bull.isPaused()).toBe(false);
  },
  'post /api/queues/:queueName/add': async () => {
    const data = await readShown(await addJob());
    const { status, body } = await request('POST', `${QUEUE}/add`, { name: 'scan', data, options: {} });
    expect([status, body['message']]).toEqual([403, expect.stringContaining('created from the ledger')]);
    expect(await bull.getWaitingCount()).toBe(1);
  },
  'patch /api/queues/:queueName/:jobId/update-data': async () => {
    const jobId = await addJob();
    const jobData = await readShown(jobId);
    const { status, body } = await request('PATCH', `${QUEUE}/${jobId}/update-data`, { jobData });
    expect([status, body['message']]).toEqual([403, expect.stringContaining('cannot be edited')]);
    expect((await bull.getJob(jobId))?.data).toEqual(payload);
  },
  'put /api/queues/:queueName/:jobId/retry': async () => {
    const jobId = await addJob();
    await expectRefusal(request('PUT', `${QUEUE}/${jobId}/retry`), 400);
    await runJobs(() => ({ apps: 1 }));
    expect((await request('PUT', `${QUEUE}/${jobId}/retry`)).status).toBe(204);
    await expectAskedAgain(jobId);
  },
  'put /api/queues/:queueName/retry/:queueStatus': async () => {
    const jobId = await addJob();
    await runJobs(fail);
    expect((await request('PUT', `${QUEUE}/retry/failed`)).body).toEqual({ retried: 1, skipped: 0 });
    await expectAskedAgain(jobId);
    await expectRefusal(request('PUT', `${QUEUE}/retry/active`), 400);
  },
  'put /api/queues/:queueName/promote': async () => {
    const jobId = await addJob({ delay: 3_600_000 });
    expect((await request('PUT', `${QUEUE}/promote`)).status).toBe(200);
    expect(await bull.getJob(jobId)).toBeUndefined();
  },
  'put /api/queues/:queueName/:jobId/promote': async () => {
    const jobId = await addJob({ delay: 3_600_000 });
    expect((await request('PUT', `${QUEUE}/${jobId}/promote`)).status).toBe(204);
    expect(await bull.getJob(jobId)).toBeUndefined();
    const waiting = await addJob();
    const { status, body } = await request('PUT', `${QUEUE}/${waiting}/promote`);
    expect([status, body['message']]).toEqual([400, expect.stringContaining('not delayed')]);
  },
  'patch /api/queues/:queueName/:jobId/delay': async () => {
    const jobId = await addJob({ delay: 3_600_000 });
    const runAt = Date.now() + 7_200_000;
    expect((await request('PATCH', `${QUEUE}/${jobId}/delay`, { runAt })).status).toBe(200);
    expect((await bull.getJob(jobId))?.delay).toBeGreaterThan(7_000_000);
    expect((await bull.getJob(jobId))?.data).toEqual(payload);
    await expectRefusal(request('PATCH', `${QUEUE}/${await addJob()}/delay`, { runAt }), 400);
  },
  'patch /api/queues/:queueName/:jobId/priority': async () => {
    const jobId = await addJob();
    expect((await request('PATCH', `${QUEUE}/${jobId}/priority`, { priority: 5 })).status).toBe(200);
    expect(await bull.getJob(jobId)).toMatchObject({ data: payload, priority: 5 });
  },
  'put /api/queues/:queueName/:jobId/clean': async () => {
    const jobId = await addJob();
    expect((await request('PUT', `${QUEUE}/${jobId}/clean`)).status).toBe(204);
    expect(await bull.getJob(jobId)).toBeUndefined();
  },
  'put /api/queues/:queueName/clean/:queueStatus': async () => {
    // Bull Board keeps the jobs of the last five seconds.
    await bull.add('scan', payload, { timestamp: Date.now() - 60_000 });
    expect((await request('PUT', `${QUEUE}/clean/wait`)).status).toBe(200);
    expect(await bull.getWaitingCount()).toBe(0);
  },
  'put /api/queues/:queueName/empty': async () => {
    await addJob();
    expect((await request('PUT', `${QUEUE}/empty`)).status).toBe(200);
    expect(await bull.getWaitingCount()).toBe(0);
  },
  'put /api/queues/:queueName/obliterate': async () => {
    await addJob();
    await expectRefusal(request('PUT', `${QUEUE}/obliterate`, {}), 400);
    await bull.pause();
    expect((await request('PUT', `${QUEUE}/obliterate`, {})).status).toBe(200);
    expect(await board.queues.redis.keys(`*:${FETCH_QUEUE}:*`)).toEqual([]);
  },
  'put /api/queues/:queueName/concurrency': async () => {
    expect((await request('PUT', `${QUEUE}/concurrency`, { concurrency: 3 })).status).toBe(200);
    expect(await bull.getGlobalConcurrency()).toBe(3);
    expect((await request('PUT', `${QUEUE}/concurrency`, { concurrency: 0 })).status).toBe(200);
    expect(await bull.getGlobalConcurrency()).toBeNull();
  },
  'put /api/queues/:queueName/rate-limit': async () => {
    expect((await request('PUT', `${QUEUE}/rate-limit`, { max: 4, duration: 1_000 })).status).toBe(200);
    expect(await bull.getGlobalRateLimit()).toEqual({ max: 4, duration: 1_000 });
    await expectRefusal(request('PUT', `${QUEUE}/rate-limit`, { max: 0, duration: 1_000 }), 400);
  },
  'put /api/queues/:queueName/rate-limit/release': async () => {
    await bull.rateLimit(3_600_000);
    expect((await request('PUT', `${QUEUE}/rate-limit/release`)).status).toBe(200);
    expect(await bull.getRateLimitTtl()).toBeLessThanOrEqual(0);
  },
  // The mirror has neither schedulers nor flows of jobs.
  'put /api/queues/:queueName/job-schedulers/:schedulerId/remove': () =>
    expectRefusal(request('PUT', `${QUEUE}/job-schedulers/none/remove`), 404),
  'patch /api/queues/:queueName/job-schedulers/:schedulerId': () => expectRefusal(schedule(), 404),
  'put /api/queues/:queueName/job-schedulers/:schedulerId/run': () =>
    expectRefusal(request('PUT', `${QUEUE}/job-schedulers/none/run`), 404),
  'put /api/queues/:queueName/:jobId/remove-unprocessed-children': async () =>
    expectRefusal(request('PUT', `${QUEUE}/${await addJob()}/remove-unprocessed-children`), 400),
};

const routes = appRoutes.api
  .filter(({ method }) => method !== 'get')
  .map(({ method, route }) => `${String(method)} ${String(route)}`);

describe('Bull Board', () => {
  test.for(routes)('does what %s promises, or refuses it with a reason', async (route) => {
    expect(Object.keys(WRITES)).toContain(route);
    await WRITES[route]?.();
  });
});
