import { FETCH_QUEUE, fetchJobSchema, JOB_VERSION, packWriteJob, PermanentError } from '@pics/core';
import { claimBatch, claimScanRequest, recordScan, startScan } from '@pics/database';
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

/** An access token, which no page may show. */
const TOKEN = '16045690984833335023';

const WAIT = { timeout: 20_000 };

type Fetch = Parameters<typeof queues.fetch.add>[0];

/** Runs these jobs until all of them failed for good, or completed. */
async function runJobs(outcome: 'failed' | 'completed', ...jobs: Fetch[]): Promise<string[]> {
  const worker = startWorker({
    queue: FETCH_QUEUE,
    redisUrl: board.redisUrl,
    concurrency: 10,
    schema: fetchJobSchema,
    step: async () => {
      if (outcome === 'failed') throw new PermanentError('Steam never responds');
      return { apps: 1 };
    },
    findBlocker: async () => undefined,
    log: { info: () => {}, warn: () => {}, error: () => {} },
  });
  onTestFinished(() => worker.close());
  for (const job of jobs) await queues.fetch.add(job, 'live');
  const ids = () => queues.fetch.bull.getRanges([outcome], 0, -1);
  await expect.poll(async () => (await ids()).length, WAIT).toBe(jobs.length);
  await worker.close();
  return ids();
}

const fetchOf = (batchId: string, ...appids: number[]): Fetch => ({
  version: 2,
  task: 'apps',
  batchId,
  changeNumber: 700,
  attempt: 11,
  appids,
});

const scanOf = (batchId: string): Fetch => ({ version: 2, task: 'scan', batchId, appids: [440, 570] });

/** Apps whose live change failed: everything up to 500 is backlog. */
async function insertFailedApps(...appids: number[]): Promise<void> {
  await database.deleteFrom('picsAppLedger').execute();
  await database.updateTable('picsState').set({ backlogChangeNumber: 500 }).execute();
  const failed = {
    wantedChangeNumber: 700,
    attempts: 12,
    failedAt: new Date(),
    lastError: 'NoResponse: 30 s',
  };
  await database
    .insertInto('picsAppLedger')
    .values(appids.map((id) => ({ id, ...failed })))
    .execute();
}

const jobsLeft = () => queues.fetch.bull.getJobCountByTypes('failed', 'completed', 'wait', 'prioritized');

describe('Bull Board', () => {
  test.for(['failed', 'completed'] as const)(
    'wants the apps of a %s job again with fresh attempts after live changes, and removes the job',
    async (outcome) => {
      await insertFailedApps(440, 570);
      const [jobId = ''] = await runJobs(outcome, fetchOf('a', 440, 570));
      await database.insertInto('picsAppLedger').values({ id: 10, wantedChangeNumber: 701 }).execute();
      expect((await put(`/queues/${FETCH_QUEUE}/${jobId}/retry`)).status).toBe(204);
      expect(await claimBatch(database, { size: 200 })).toMatchObject({ priority: 'live', appids: [10] });
      expect(await claimBatch(database, { size: 200 })).toMatchObject({
        priority: 'backlog',
        attempt: 0,
        appids: [440, 570],
      });
      expect(await jobsLeft()).toBe(0);
      expect(await auditLine()).toMatchObject({
        queue: FETCH_QUEUE,
        jobId,
        jobs: 1,
        apps: 2,
        requeue: expect.any(Number),
        who: 'this machine',
        status: 204,
      });
    },
  );

  test('retries 141 failed jobs of one app each with full requests instead of 141, and removes the jobs', async () => {
    const appids = Array.from({ length: 141 }, (_, index) => 1_000 + index);
    await insertFailedApps(...appids);
    await runJobs('failed', ...appids.map((appid) => fetchOf(`b${appid}`, appid)));
    expect((await put(`/queues/${FETCH_QUEUE}/retry/failed`)).body).toEqual({ retried: 141, skipped: 0 });
    expect(await claimBatch(database, { size: 200 })).toMatchObject({ priority: 'backlog', appids });
    expect(await jobsLeft()).toBe(0);
    expect(await auditLine()).toMatchObject({ queue: FETCH_QUEUE, state: 'failed', jobs: 141 });
  });

  test('asks once more for the ids of a failed scan, and once only', async () => {
    await startScan(database, { reason: 'sweep', knownOnly: true });
    const scan = await claimScanRequest(database, { size: 2 });
    await recordScan(database, {
      version: 2,
      task: 'scan',
      batchId: scan?.batchId ?? '',
      seen: [],
      unanswered: [],
    });
    await runJobs('failed', scanOf('a'), scanOf('b'));
    expect((await put(`/queues/${FETCH_QUEUE}/retry/failed`)).body).toEqual({ retried: 2, skipped: 0 });
    expect(await claimScanRequest(database, { size: 2 })).toMatchObject({ appids: [440, 570] });
    expect(await claimScanRequest(database, { size: 2 })).not.toMatchObject({ appids: [440, 570] });
    expect(await jobsLeft()).toBe(0);
  });

  test('dispatches the apps of a promoted job at once, without an attempt, and removes the job', async () => {
    await insertFailedApps(440);
    await database.updateTable('picsAppLedger').set({ failedAt: null, attempts: 3, batchId: 'a' }).execute();
    await queues.fetch.bull.add('apps', fetchOf('a', 440), { delay: 3_600_000 });
    expect((await put(`/queues/${FETCH_QUEUE}/promote`)).status).toBe(200);
    expect(await claimBatch(database, { size: 200 })).toMatchObject({
      priority: 'live',
      attempt: 3,
      appids: [440],
    });
    expect(await queues.fetch.bull.getDelayedCount()).toBe(0);
  });

  test('names jobs by what they are about', async () => {
    await queues.fetch.add({ ...scanOf('a'), appids: Array.from({ length: 5_000 }, (_, id) => id) });
    await queues.fetch.add(fetchOf('b', 440));
    const { text } = await board.send('/queues/api/queues?activeQueue=pics-fetch&status=waiting&page=1');
    const { queues: listed } = JSON.parse(text) as { queues: { jobs: { name: string }[] }[] };
    expect(listed[0]?.jobs.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['scan of 5,000 ids', '1 app']),
    );
  });

  test('shows the number of apps of a job and their ids, not their records', async () => {
    await queues.write.add(
      packWriteJob({
        batchId: 'a',
        changeNumber: 7,
        records: [{ appid: 440, changeNumber: 7, access: 'restricted', developers: ['Valve'] }],
        unknown: [570],
        failed: [{ appid: 10, error: 'KeyValuesError: cut off' }],
        unanswered: [],
        bodies: [{ appid: 440, bytes: Buffer.from('"appinfo"{}') }],
      }),
    );
    const [job] = await queues.write.bull.getWaiting();
    const { text } = await board.send(`/queues/api/queues/pics-write/${job?.id}`);
    const shown = JSON.parse(text) as { job: { data: unknown } };
    const summary = {
      counts: { records: 1, bodies: 1, unknown: 1, failed: 1, unanswered: 0 },
      records: { count: 1, appids: '440' },
      unknown: { count: 1, appids: '570' },
      failed: [{ appid: 10, error: 'KeyValuesError: cut off' }],
      frame: '1 kB',
    };
    expect(shown.job.data).toMatchObject(summary);

    const list = await board.send('/queues/api/queues?activeQueue=pics-write&status=latest&page=1');
    const { queues: listed } = JSON.parse(list.text) as { queues: { jobs: object[] }[] };
    expect(listed[1]?.jobs).toEqual([
      expect.objectContaining({ id: job?.id, data: expect.objectContaining(summary) }),
    ]);
  });

  test('shows what a write job with a damaged frame is about, and why it cannot be read', async () => {
    const job = packWriteJob({
      batchId: 'a',
      changeNumber: 7,
      records: [],
      unknown: [570],
      failed: [],
      unanswered: [],
    });
    await queues.write.add({ ...job, frame: job.frame.slice(0, 20) });
    const list = await board.send('/queues/api/queues?activeQueue=pics-write&status=latest&page=1');
    const { queues: listed } = JSON.parse(list.text) as { queues: { jobs: object[] }[] };
    const frame = expect.stringMatching(/^1 kB, PermanentError: the frame .* cannot be decompressed/);
    expect(listed[1]?.jobs).toEqual([
      expect.objectContaining({ name: '1 app', data: expect.objectContaining({ batchId: 'a', frame }) }),
    ]);
  });

  test('shows of a payload of an unknown shape only what can be no access token', async () => {
    await queues.fetch.bull.add('by hand', {
      version: 99,
      batchId: 'b',
      appids: [440, '13'],
      apps: [{ accessToken: TOKEN }],
      [TOKEN]: TOKEN,
    });
    const [job] = await queues.fetch.bull.getWaiting();
    const { text } = await board.send(`/queues/api/queues/pics-fetch/${job?.id}`);
    expect(JSON.parse(text)).toMatchObject({
      job: { data: { version: 99, batchId: 'b', appids: { count: 1, appids: '440' } } },
    });
    expect(text).not.toContain(TOKEN);
  });

  test('shows how many access tokens a job carries, and none of them', async () => {
    const ids: Pick<Fetch, 'version' | 'batchId' | 'appids'> = {
      version: JOB_VERSION,
      batchId: 'b',
      appids: [440],
    };
    await queues.fetch.add(
      { ...ids, task: 'apps', changeNumber: 1, attempt: 0, tokens: { 440: TOKEN } },
      'live',
    );
    await queues.fetch.add({ ...ids, task: 'scan', tokens: { 440: TOKEN } }, 'scan');
    await queues.fetch.add({ ...ids, task: 'tokens' }, 'live');
    await queues.write.add({
      version: JOB_VERSION,
      task: 'tokens',
      batchId: 'b',
      granted: [[440, TOKEN]],
      denied: [570],
    });
    await queues.write.add(
      packWriteJob({
        batchId: 'c',
        changeNumber: 1,
        records: [],
        unknown: [440],
        failed: [],
        unanswered: [],
        refusedTokens: [[440, TOKEN]],
      }),
    );
    const texts = await Promise.all(
      (['pics-fetch', 'pics-write'] as const).map(async (queue) => {
        const list = `/queues/api/queues?activeQueue=${queue}&status=latest&page=1`;
        return (await board.send(list)).text;
      }),
    );
    expect(texts.join('')).toContain('tokens of 1 app');
    expect(texts.join('')).toContain('tokens of 2 apps');
    expect(texts.join('')).toContain('1 (hidden)');
    expect(texts.join('')).not.toContain(TOKEN);
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
    await queues.fetch.add({ version: 2, task: 'scan', batchId: 'a', appids: [440] });
    await queues.fetch.add({ version: 2, task: 'scan', batchId: 'b', appids: [570] });
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
