import { openQueues } from '@pics/queue';
import type { Simulator } from '@pics/simulator';
import { beforeEach, describe, expect, test } from 'vitest';
import { waitUntil } from '@pics/local';
import { findDifferences } from './faults/find-differences.ts';
import { startPipeline, type Pipeline } from './support/pipeline.ts';
import { createTestPostgres } from './support/postgres.ts';
import { startService } from './support/processes.ts';
import { startTestSimulator } from './support/simulator.ts';

/** The promises of the pipeline when something goes wrong, one a test, with real servers and processes. */

/** Twenty requests of the tests that kill something in the middle; more would take longer and show the same. */
const APPS = 400;
const SETTLE_MS = 60_000;

let simulator: Simulator;

beforeEach(async () => {
  simulator = await startTestSimulator({ apps: APPS, seed: 3 });
});

const text = (appid: number, name: string) =>
  Buffer.from(`"appinfo"\n{\n\t"appid"\t\t"${appid}"\n\t"common"\n\t{\n\t\t"name"\t\t"${name}"\n\t}\n}\n`);
const plain = { missingToken: false, onlyPublic: false };

/** Waits until the pipeline is settled and expects every table to match the simulator. */
async function expectMirrored(pipeline: Pipeline): Promise<void> {
  const { database } = pipeline;
  await pipeline.caughtUp(SETTLE_MS);
  expect(await findDifferences({ database, simulator })).toEqual([]);
}

async function ledgerOf({ database }: Pipeline, appid: number) {
  return database.selectFrom('picsAppLedger').selectAll().where('id', '=', appid).executeTakeFirst();
}

/** Resolves when the first apps are stored. */
async function untilWorking({ database }: Pipeline): Promise<void> {
  const stored = async () => (await database.selectFrom('apps').select('appid').execute()).length > 0;
  expect(await waitUntil(stored, 30_000)).toBe(true);
}

/** Skips the waits between attempts until the condition holds. */
async function skipWaitsUntil({ database }: Pipeline, holds: () => Promise<boolean>): Promise<boolean> {
  return waitUntil(async () => {
    await database
      .updateTable('picsAppLedger')
      .set({ notBefore: null })
      .where('notBefore', 'is not', null)
      .execute();
    return holds();
  }, SETTLE_MS);
}

const readyz = async (url: string) => (await fetch(`${url}/readyz`)).json() as Promise<{ reason?: string }>;

const anyOf = (appids: readonly { appid: number }[], index: number) => {
  const app = appids[index];
  if (!app) throw new Error(`the catalogue has no app at ${index}`);
  return app.appid;
};

describe('a killed service', { timeout: 120_000 }, () => {
  test.for(['producer', 'fetcher', 'writer'] as const)(
    'loses nothing and leaves nothing half-written (%s)',
    async (name) => {
      const pipeline = await startPipeline(simulator, {
        env: { FETCH_RATE_PER_SECOND: '10', FETCH_BATCH_SIZE: '20' },
      });
      await untilWorking(pipeline);
      const { producer, writer, fetchers } = pipeline.services;
      const victim = { producer, writer, fetcher: fetchers[0] }[name];
      await victim?.kill();
      simulator.release(50);
      await startService(name, pipeline.env);
      await expectMirrored(pipeline);
    },
  );
});

describe('an emptied Redis', { timeout: 120_000 }, () => {
  test('is refilled from the ledger, including the rate limit', async () => {
    const pipeline = await startPipeline(simulator, {
      env: { FETCH_RATE_PER_SECOND: '10', FETCH_BATCH_SIZE: '20' },
    });
    await untilWorking(pipeline);
    const queues = openQueues(pipeline.redis.url, () => {});
    await queues.redis.flushall();
    await expectMirrored(pipeline);
    expect(await queues.fetch.bull.getGlobalRateLimit()).toEqual({ max: 1, duration: 100 });
    await queues.close();
  });
});

describe('an outage of Postgres', { timeout: 120_000 }, () => {
  test('costs no job an attempt: writer and producer wait, report it, and resume where they were', async () => {
    const postgres = await createTestPostgres();
    const pipeline = await startPipeline(simulator, {
      databaseUrl: postgres.url,
      env: { FETCH_RATE_PER_SECOND: '10', FETCH_BATCH_SIZE: '20' },
    });
    await untilWorking(pipeline);
    await postgres.kill();
    const { writer, producer } = pipeline.services;
    await writer.waitForLine(/"taking no jobs"/);
    const reportsIt = async () => /database|Postgres/i.test((await readyz(writer.url)).reason ?? '');
    expect(await waitUntil(reportsIt, 10_000)).toBe(true);
    await producer.waitForLine(/could not become leader/);
    await postgres.restart();
    await expectMirrored(pipeline);
    const queues = openQueues(pipeline.redis.url, () => {});
    expect(await queues.write.bull.getJobCounts('failed')).toEqual({ failed: 0 });
    await queues.close();
  });
});

describe('Steam', { timeout: 120_000 }, () => {
  test('can be down without costing a job an attempt: the fetcher waits and reports why', async () => {
    const pipeline = await startPipeline(simulator);
    await pipeline.settled(SETTLE_MS);
    const outage = simulator.arm({ kind: 'refuse-connections' });
    simulator.disconnect();
    const [fetcher] = pipeline.services.fetchers;
    expect(
      await waitUntil(async () => /session/.test((await readyz(fetcher?.url ?? '')).reason ?? ''), 10_000),
    ).toBe(true);
    simulator.release(20);
    simulator.disarm(outage.id);
    await expectMirrored(pipeline);
    const retried = await pipeline.database
      .selectFrom('picsAppLedger')
      .select('id')
      .where('attempts', '>', 0)
      .execute();
    expect(retried).toEqual([]);
  });

  test('can cut a response half-way: the parts that arrived are used, and only the rest is requested again', async () => {
    await simulator.close();
    simulator = await startTestSimulator({ apps: APPS, seed: 3, partEntries: 10 });
    const pipeline = await startPipeline(simulator);
    await pipeline.settled(SETTLE_MS);
    const before = simulator.requests(['product-info']).length;
    simulator.arm({
      kind: 'drop-connection',
      requests: ['product-info'],
      next: 1,
      afterParts: 3,
      halfFrame: true,
    });
    simulator.releaseApps(
      simulator
        .apps()
        .slice(0, 100)
        .map(({ appid }) => appid),
    );
    await expectMirrored(pipeline);
    const sizes = simulator
      .requests(['product-info'])
      .slice(before)
      .map(({ ids }) => ids);
    expect(sizes).toEqual([100, 70]);
  });

  test('can never respond for one app: its batch is halved until it is alone, it fails with the reason, and the others are stored', async () => {
    const pipeline = await startPipeline(simulator, {
      env: { STEAM_REQUEST_TIMEOUT_MS: '300', FETCH_CONCURRENCY: '1', FETCH_BATCH_SIZE: '16' },
    });
    await pipeline.settled(SETTLE_MS);
    const appids = simulator
      .apps()
      .slice(0, 16)
      .map(({ appid }) => appid);
    const silent = appids[5] ?? 0;
    simulator.arm({ kind: 'no-answer', appids: [silent], requests: ['product-info'] });
    simulator.releaseApps(appids);
    const hasFailed = async () => Boolean((await ledgerOf(pipeline, silent))?.failedAt);
    expect(await skipWaitsUntil(pipeline, hasFailed)).toBe(true);
    expect(await ledgerOf(pipeline, silent)).toMatchObject({
      lastError: expect.stringContaining('NoResponse: Steam did not respond in time'),
      attempts: 12,
    });
    await pipeline.settled(SETTLE_MS);
    expect(
      await pipeline.database
        .selectFrom('picsAppLedger')
        .select('id')
        .where('failedAt', 'is not', null)
        .execute(),
    ).toEqual([{ id: silent }]);

    const queues = openQueues(pipeline.redis.url, () => {});
    const [failedJob] = await queues.fetch.bull.getFailed();
    expect(failedJob?.data).toMatchObject({ appids: [silent] });
    simulator.disarm();
    await failedJob?.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
    // An app that failed counts as settled until its job runs.
    await expect
      .poll(() => ledgerOf(pipeline, silent), { timeout: SETTLE_MS })
      .toMatchObject({ failedAt: null, lastError: null, attempts: 0 });
    await expectMirrored(pipeline);
    await queues.close();
  });

  test('can respond with an older state than it announced: the app is requested again until the state is current', async () => {
    const pipeline = await startPipeline(simulator);
    await pipeline.settled(SETTLE_MS);
    const appid = anyOf(simulator.apps(), 0);
    simulator.editApp(appid, { text: text(appid, 'before'), ...plain });
    await expectMirrored(pipeline);
    simulator.arm({ kind: 'stale', appids: [appid], next: 1 });
    simulator.editApp(appid, { text: text(appid, 'after'), ...plain });
    const row = () =>
      pipeline.database.selectFrom('apps').select('name').where('appid', '=', appid).executeTakeFirst();
    expect(await skipWaitsUntil(pipeline, async () => (await row())?.name === 'after')).toBe(true);
  });

  test('can answer heartbeats and nothing else: the client notices, logs it and reconnects', async () => {
    const pipeline = await startPipeline(simulator, { env: { STEAM_REQUEST_TIMEOUT_MS: '300' } });
    await pipeline.settled(SETTLE_MS);
    simulator.arm({ kind: 'frozen' });
    await pipeline.services.producer.waitForLine(/no response for \S+ s while requests waited/);
    simulator.release(10);
    await expectMirrored(pipeline);
  });
});

describe('an app that cannot be stored', { timeout: 120_000 }, () => {
  test('fails alone with its error in the ledger, and the rest of its batch is stored', async () => {
    const pipeline = await startPipeline(simulator);
    await pipeline.settled(SETTLE_MS);
    const nested = `${'"a"\n{\n'.repeat(10_000)}${'}\n'.repeat(10_000)}`;
    const list = (count: number) =>
      Array.from({ length: count }, (_, index) => `"${index}"\t\t"${index + 1}"\n`).join('');
    const common = (content: string) => `"appinfo"\n{\n"common"\n{\n${content}\n}\n}\n`;
    const poison: [body: string | Buffer, error: RegExp][] = [
      ['not KeyValues at all', /KeyValuesError/],
      ['"appinfo"\n{\n"common"\n{', /KeyValuesError/],
      [`"appinfo"\n{\n${nested}}\n`, /KeyValuesError/],
      ['"appinfo"\n{\n"appid"\t\t"123456789"\n}\n', /ExtractionError/],
      [common(`"store_tags"\n{\n${list(100_000)}}`), /Error/],
      [common(`"name"\t\t"${'n'.repeat(1_000_000)}"`), /ExtractionError/],
      [
        common(`"associations"\n{\n"0"\n{\n"type"\t\t"developer"\n"name"\t\t"${'d'.repeat(5_000)}"\n}\n}`),
        /ExtractionError/,
      ],
      [`"appinfo"\n{\n"x"\t\t"${'x'.repeat(17_000_000)}"\n}\n`, /./],
    ];
    const harmless: [body: string | Buffer, name: string | null][] = [
      [common('"name"\t\t"with a \0 inside"'), 'with a  inside'],
      [
        Buffer.from(common('"name"\t\t"lone \u00ed\u00a0\u0080 surrogate"'), 'latin1'),
        'lone \ufffd\ufffd\ufffd surrogate',
      ],
      [common('"review_score"\t\t"99999999999999999999"\n"name"\t\t"big"'), 'big'],
      [
        common(`"name"\t\t"ten megabytes"\n}\n"other"\n{\n"x"\t\t"${'x'.repeat(10_000_000)}"`),
        'ten megabytes',
      ],
    ];
    const appids = simulator
      .apps()
      .slice(0, 60)
      .map(({ appid }) => appid);
    for (const [index, [body]] of [...poison, ...harmless].entries()) {
      simulator.editApp(appids[index] ?? 0, { text: Buffer.from(body), ...plain });
    }
    simulator.releaseApps(appids.slice(poison.length + harmless.length));

    const failed = () =>
      pipeline.database
        .selectFrom('picsAppLedger')
        .select(['id', 'lastError'])
        .where('failedAt', 'is not', null)
        .orderBy('id')
        .execute();
    expect(await skipWaitsUntil(pipeline, async () => (await failed()).length === poison.length)).toBe(true);
    await pipeline.settled(SETTLE_MS);
    for (const [index, row] of (await failed()).entries()) {
      expect(row.id).toBe(appids[index]);
      expect(row.lastError).toMatch(poison[index]?.[1] ?? /never/);
    }
    for (const [index, [, name]] of harmless.entries()) {
      const appid = appids[poison.length + index] ?? 0;
      const row = await pipeline.database
        .selectFrom('apps')
        .select('name')
        .where('appid', '=', appid)
        .executeTakeFirst();
      expect(row?.name).toBe(name);
    }
    expect(
      await findDifferences(
        { database: pipeline.database, simulator },
        new Set(appids.slice(0, poison.length)),
      ),
    ).toEqual([]);
    const codes = await pipeline.stop();
    expect(codes).toEqual([0, 0, 0]);
  });
});

describe('the same job', { timeout: 120_000 }, () => {
  test('can run twice or out of order and leaves the same rows', async () => {
    const pipeline = await startPipeline(simulator);
    await pipeline.settled(SETTLE_MS);
    simulator.release(200);
    await expectMirrored(pipeline);
    const queues = openQueues(pipeline.redis.url, () => {});
    const jobs = await queues.write.bull.getCompleted();
    for (const job of jobs.toSorted(() => 0.5 - Math.random()))
      await queues.write.bull.add(job.name, job.data);
    expect(await waitUntil(async () => (await queues.write.countLive()) === 0, SETTLE_MS)).toBe(true);
    await expectMirrored(pipeline);
    await queues.close();
  });
});

describe('two producers', { timeout: 120_000 }, () => {
  test('do no harm: one leads, and the other takes over when the leader dies', async () => {
    const pipeline = await startPipeline(simulator);
    const second = await startService('producer', pipeline.env);
    await pipeline.settled(SETTLE_MS);
    expect(second.lines.filter((line) => line.includes('"leading"'))).toEqual([]);
    await pipeline.services.producer.kill();
    await second.waitForLine(/"leading"/);
    simulator.release(20);
    await expectMirrored(pipeline);
    expect(await second.stop()).toBe(0);
  });
});

describe('SIGTERM', { timeout: 120_000 }, () => {
  test('lets a fetcher finish its request and exit with 0', async () => {
    const pipeline = await startPipeline(simulator);
    await pipeline.settled(SETTLE_MS);
    simulator.arm({ kind: 'late-answer', ms: 1_500, requests: ['product-info'] });
    const before = simulator.requests(['product-info']).length;
    simulator.release(5);
    expect(await waitUntil(() => simulator.requests(['product-info']).length > before, 10_000)).toBe(true);
    const [fetcher] = pipeline.services.fetchers;
    expect(await fetcher?.stop()).toBe(0);
    await pipeline.settled(SETTLE_MS);
  });

  test('loses no request that the drain had no time to finish, and exits with 1', async () => {
    const pipeline = await startPipeline(simulator, { env: { DRAIN_TIMEOUT_MS: '200' } });
    await pipeline.settled(SETTLE_MS);
    simulator.arm({ kind: 'no-answer', next: 1, requests: ['product-info'] });
    const before = simulator.requests(['product-info']).length;
    simulator.release(5);
    expect(await waitUntil(() => simulator.requests(['product-info']).length > before, 10_000)).toBe(true);
    expect(await pipeline.services.fetchers[0]?.stop()).toBe(1);
    await startService('fetcher', pipeline.env);
    await expectMirrored(pipeline);
  });
});
