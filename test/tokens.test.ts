import { waitUntil } from '@pics/local';
import { openQueues } from '@pics/queue';
import type { Simulator } from '@pics/simulator';
import { describe, expect, test, vi } from 'vitest';
import { findDifferences } from './faults/find-differences.ts';
import { startOtlpReceiver } from './support/otlp-receiver.ts';
import { startPipeline, type Pipeline } from './support/pipeline.ts';
import { startService } from './support/processes.ts';
import { runCli } from './support/run-cli.ts';
import { startTestSimulator } from './support/simulator.ts';

vi.setConfig({ testTimeout: 180_000 });

const SETTLE_MS = 60_000;

/** About a tenth of the apps need a token, and Steam grants half of them. */
const startWithTokens = (apps: number, seed: number) =>
  startTestSimulator({ apps, seed, tokenApps: 0.1, grantedTokens: 0.5 });

const countRequests = (simulator: Simulator) => simulator.state().requests['access-token'];

async function readAccess({ database }: Pipeline, appid: number): Promise<string | null | undefined> {
  const app = await database
    .selectFrom('apps')
    .select('picsAccess')
    .where('appid', '=', appid)
    .executeTakeFirst();
  return app?.picsAccess;
}

async function findLedger({ database }: Pipeline, appid: number) {
  return database.selectFrom('picsAppLedger').selectAll().where('id', '=', appid).executeTakeFirstOrThrow();
}

async function flush({ redis }: Pipeline): Promise<void> {
  const queues = openQueues(redis.url, () => {});
  await queues.redis.flushall();
  await queues.close();
}

describe('with half of the tokens granted', () => {
  test('every value that Steam sends is stored, and each token is requested once, including a replaced one', async () => {
    const startedAt = Date.now();
    const simulator = await startWithTokens(900, 11);
    const pipeline = await startPipeline(simulator, { fetchers: 2 });
    await pipeline.settled(SETTLE_MS);
    const elapsedMs = Date.now() - startedAt;

    expect(await findDifferences({ database: pipeline.database, simulator })).toEqual([]);
    const tokens = simulator.tokens();
    const granted = tokens.filter((token) => token.granted);
    expect(granted.length).toBeGreaterThan(20);
    for (const { appid, token, granted } of tokens) {
      expect(await readAccess(pipeline, appid)).toBe(granted ? 'public' : 'restricted');
      expect(await findLedger(pipeline, appid)).toMatchObject(
        granted ? { accessToken: token, tokenState: 'granted' } : { accessToken: null, tokenState: 'denied' },
      );
    }
    // One request for up to 1,000 apps, and on a machine that is slow one more every ten seconds.
    expect(countRequests(simulator)).toBeLessThanOrEqual(1 + Math.floor(elapsedMs / 10_000));
    const { requested, refused } = simulator.state().tokens;
    expect(requested).toBe(tokens.length);
    expect(refused).toBe(0);

    const [{ appid } = { appid: 0 }] = granted;
    const before = countRequests(simulator);
    simulator.changeTokens({ rotate: true });
    simulator.releaseApps([appid]);
    await pipeline.caughtUp(SETTLE_MS);
    expect(await findDifferences({ database: pipeline.database, simulator })).toEqual([]);
    expect(await readAccess(pipeline, appid)).toBe('public');
    expect(simulator.state().tokens).toMatchObject({ requested: tokens.length + 1, refused: 1 });
    expect(countRequests(simulator)).toBe(before + 1);
    expect(await findLedger(pipeline, appid)).toMatchObject({ tokenState: 'granted', tokenRefusals: 0 });
    expect(await pipeline.stop()).toEqual([0, 0, 0, 0]);
  });

  test('the token of an app that starts to need one is requested, even if Redis loses the request', async () => {
    const simulator = await startTestSimulator({ apps: 60, seed: 12 });
    const pipeline = await startPipeline(simulator);
    await pipeline.settled(SETTLE_MS);
    await Promise.all(pipeline.services.fetchers.map((fetcher) => fetcher.stop()));

    const open = simulator.apps().filter(({ appid }) => simulator.findApp(appid)?.missingToken === false);
    const [{ appid } = { appid: 0 }] = open;
    simulator.changeTokens({ appids: [appid], shown: 'common', granted: true });
    const isRequested = async () =>
      (await pipeline.database.selectFrom('picsTokenRequests').selectAll().execute()).length > 0;
    expect(await waitUntil(isRequested, 30_000)).toBe(true);
    await flush(pipeline);

    await startService('fetcher', pipeline.env);
    await pipeline.caughtUp(SETTLE_MS);
    expect(await findLedger(pipeline, appid)).toMatchObject({ tokenState: 'granted' });
    expect(await readAccess(pipeline, appid)).toBe('public');
    expect(await findDifferences({ database: pipeline.database, simulator })).toEqual([]);
  });

  test('an imported token completes an app whose token Steam denies, and a later denial does not remove it', async () => {
    const simulator = await startWithTokens(60, 13);
    simulator.changeTokens({ granted: false });
    const pipeline = await startPipeline(simulator);
    await pipeline.settled(SETTLE_MS);
    const [{ appid, token } = { appid: 0, token: '' }] = simulator.tokens();
    expect(await readAccess(pipeline, appid)).toBe('restricted');

    const imported = await runCli(['tokens', 'import', '-'], pipeline.env, `app ${appid} ${token}\n`);
    expect(imported).toMatchObject({ exitCode: 0, stderr: '' });
    await pipeline.settled(SETTLE_MS);
    expect(await readAccess(pipeline, appid)).toBe('public');
    simulator.releaseApps([appid]);
    await pipeline.caughtUp(SETTLE_MS);
    expect(await findLedger(pipeline, appid)).toMatchObject({ accessToken: token, tokenState: 'imported' });
    expect(await readAccess(pipeline, appid)).toBe('public');
  });
});

/** Every page and path of a board, found by its links, its API and the jobs of both queues. */
async function readBoard(url: string, appid: number): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  const paths = ['/', '/api/overview', `/api/apps/${appid}`, '/api/failures', '/api/changes', '/metrics'];
  paths.push(`/apps/${appid}`, `/api/apps/${appid}?fields=ledger`, '/failures', '/readyz');
  for (const queue of ['pics-fetch', 'pics-write']) {
    for (const status of ['latest', 'completed', 'failed', 'waiting', 'prioritized', 'active', 'delayed']) {
      paths.push(`/queues/api/queues?activeQueue=${queue}&status=${status}&page=1&jobsPerPage=100`);
    }
  }
  for (const path of paths) {
    if (texts.has(path) || texts.size > 600) continue;
    const response = await fetch(url + path);
    const text = await response.text();
    texts.set(path, text);
    for (const [, link = ''] of text.matchAll(/href="(\/[^"#?]*)/g)) {
      if (!link.startsWith('/assets') && texts.size < 100) paths.push(link);
    }
    if (!path.startsWith('/queues/api/queues?')) continue;
    const { queues } = JSON.parse(text) as { queues: { name: string; jobs: { id: string }[] }[] };
    for (const { name, jobs } of queues) {
      for (const { id } of jobs) {
        paths.push(`/queues/api/queues/${name}/${id}`, `/queues/api/queues/${name}/${id}/logs`);
      }
    }
  }
  return texts;
}

test('no token is in a log, a metric, a span, a page, the API, a job on Bull Board or the output of pics', async () => {
  const receiver = await startOtlpReceiver();
  const simulator = await startWithTokens(200, 14);
  const pipeline = await startPipeline(simulator, {
    board: true,
    env: { LOG_LEVEL: 'trace', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
  });
  await pipeline.settled(SETTLE_MS);
  const tokens = simulator.tokens();
  const secrets = tokens.map(({ token }) => token);
  // Jobs with tokens, and one whose token is refused; and a job that fails.
  simulator.changeTokens({ rotate: true });
  simulator.releaseApps(tokens.map(({ appid }) => appid));
  await pipeline.caughtUp(SETTLE_MS);
  secrets.push(...simulator.tokens().map(({ token }) => token));
  const { database, services, env } = pipeline;
  const stored = await database.selectFrom('picsAppLedger').select('accessToken').execute();
  expect(secrets).toEqual(expect.arrayContaining(stored.flatMap(({ accessToken }) => accessToken ?? [])));

  const { producer, writer, fetchers, board } = services;
  const [{ appid } = { appid: 0 }] = tokens.filter(({ granted }) => granted);
  const texts = await readBoard(board?.url ?? '', appid);
  expect(texts.size).toBeGreaterThan(30);
  expect([...texts.values()].join('\n')).toContain('tokens of');
  for (const service of [producer, writer, ...fetchers]) {
    texts.set(`metrics of ${service.url}`, await (await fetch(`${service.url}/metrics`)).text());
  }
  for (const args of [
    ['tokens'],
    ['app', String(appid)],
    ['status'],
    ['config'],
    ['failures'],
    ['changes'],
  ]) {
    for (const json of [[], ['--json']]) {
      const { stdout, stderr } = await runCli([...args, ...json], env);
      texts.set(`pics ${args.join(' ')} ${json.join()}`, stdout + stderr);
    }
  }
  expect(await pipeline.stop()).toEqual([0, 0, 0, 0]);
  for (const [index, service] of [producer, writer, ...fetchers, board].entries()) {
    texts.set(`log ${index}`, service?.lines.join('\n') ?? '');
  }
  texts.set('spans', JSON.stringify(receiver.spans));
  expect(receiver.spans.map(({ name }) => name)).toContain('request access tokens');

  const leaks = [...texts].filter(([, text]) => secrets.some((token) => text.includes(token)));
  expect(leaks.map(([where]) => where)).toEqual([]);
});
