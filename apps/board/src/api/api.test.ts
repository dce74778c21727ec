import { updateFleetSettings } from '@pics/database';
import { beforeEach, describe, expect, test } from 'vitest';
import { startTestBoard, type TestBoard } from '../../../../test/support/board.ts';
import { createTestPostgres } from '../../../../test/support/postgres.ts';

const board: TestBoard = await startTestBoard();
const { database } = board;

async function call(method: string, path: string, body?: unknown) {
  const { status, text } = await board.send(`/api${path}`, { method, body });
  return { status, body: JSON.parse(text) as Record<string, unknown> };
}

/** The pending apps without attempts or an error. */
async function pendingApps(): Promise<number[]> {
  const rows = await database
    .selectFrom('picsAppLedger')
    .select('id')
    .where('settledChangeNumber', 'is', null)
    .where('failedAt', 'is', null)
    .where('lastError', 'is', null)
    .where('attempts', '=', 0)
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}

/** Five settled apps, of which 10, 20 and 30 failed later: two for the same reason, one long ago. */
beforeEach(async () => {
  await database.deleteFrom('picsAppLedger').execute();
  await database.deleteFrom('apps').execute();
  await updateFleetSettings(database, { fetchRate: null, paused: false });
  await database
    .insertInto('apps')
    .values([
      { appid: 10, name: 'Ten', type: 'game' },
      { appid: 20, name: 'Twenty', type: 'dlc' },
      { appid: 30, name: 'Thirty', type: 'game' },
      { appid: 40, name: 'Forty', type: 'dlc' },
    ])
    .execute();
  const settled = { wantedChangeNumber: 7, settledChangeNumber: 7 };
  const failed = (id: number, day: string, lastError: string) => ({
    id,
    ...settled,
    attempts: 12,
    failedAt: new Date(day),
    lastError,
  });
  await database
    .insertInto('picsAppLedger')
    .values([
      failed(10, '2026-11-01', 'NoResponse: in 30 s'),
      failed(20, '2026-11-20', 'NoResponse: in 31 s'),
      failed(30, '2026-11-20', 'RowRefused: too long'),
      { id: 40, ...settled },
      { id: 50, ...settled },
    ])
    .execute();
});

describe('POST /api/requeue', () => {
  test.for([
    [{ failed: true }, [10, 20, 30]],
    [{ appids: [10, 40] }, [10, 40]],
    [{ error: 'noresponse' }, [10, 20]],
    [{ failureGroup: 'NoResponse: in # s' }, [10, 20]],
    [{ failures: {} }, [10, 20, 30, 40, 50]],
    [{ failures: { state: 'failed', reason: 'NoResponse: in # s', name: 'twen' } }, [20]],
    [{ type: 'dlc' }, [20, 40]],
    [{ since: '2026-11-02' }, [20, 30]],
    [{ since: '2026-11-01T00:00:00Z' }, [10, 20, 30]],
    [{ since: '5000w' }, [10, 20, 30]],
    [{ all: true }, [10, 20, 30, 40, 50]],
  ] as const)(
    'gives exactly the apps of %j fresh attempts, and only counts them on a dry run',
    async ([selection, appids]) => {
      const counted = await call('POST', '/requeue', { ...selection, dryRun: true });
      expect(counted).toMatchObject({ status: 200, body: { apps: appids.length, dryRun: true } });
      expect(await pendingApps()).toEqual([]);
      const requeued = await call('POST', '/requeue', selection);
      expect(requeued.body).toEqual({
        apps: appids.length,
        dryRun: false,
        requeue: expect.any(Number),
        message: `${appids.length} ${appids.length === 1 ? 'app' : 'apps'} requeued.`,
      });
      const progress = await call('GET', `/requeues/${Number(requeued.body['requeue'])}`);
      expect(progress).toMatchObject({
        status: 200,
        body: { apps: appids.length, open: appids.length, settled: 0, failed: 0 },
      });
      expect(await pendingApps()).toEqual(appids);
    },
  );

  test.for([
    ['nothing', {}],
    ['two selections', { failed: true, all: true }],
    ['a selection that is false', { failed: false }],
    ['an unknown field', { everything: true }],
    ['no ids', { appids: [] }],
    ['a negative id', { appids: [-1] }],
    ['an id beyond 31 bits', { appids: [2_147_483_648] }],
    ['ids as text', { appids: ['440'] }],
    ['more ids than the limit', { appids: Array.from({ length: 10_001 }, () => 1) }],
    ['an empty text', { error: '  ' }],
    ['a text longer than the limit', { error: 'x'.repeat(501) }],
    ['a date that cannot be parsed', { since: 'yesterday' }],
    ['a day that does not exist', { since: '2026-02-30' }],
    ['a dry run that is not a boolean', { failed: true, dryRun: 'no' }],
    ['an unknown state of failures', { failures: { state: 'settled' } }],
    ['an unknown field of failures', { failures: { appid: 440 } }],
    ['a list', []],
  ] as const)('refuses %s with a sentence', async ([, body]) => {
    const response = await call('POST', '/requeue', body);
    expect(response.status).toBe(400);
    expect(response.body['error']).toMatch(
      /^(body: must be one of \{"failed": true\}|appids(\.0)?: Too (small|big)|error: Too (small|big)|failures: Unrecognized key).*\.$/,
    );
    expect(await pendingApps()).toEqual([]);
  });

  test('lists a few appids on the audit line and only counts many', async () => {
    board.lines.length = 0;
    await call('POST', '/requeue', { appids: [10, 40] });
    await call('POST', '/requeue', { appids: Array.from({ length: 30 }, (_, appid) => appid) });
    await expect.poll(() => board.lines).toHaveLength(2);
    const lines = board.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({ action: 'requeue', appids: [10, 40], apps: 2, dryRun: false });
    expect(lines[1]).toMatchObject({ action: 'requeue', appids: '30 ids', apps: 2 });
  });
});

describe('POST /api/sync', () => {
  test('marks apps wanted, known or not, and counts those that need a requeue first', async () => {
    const { body } = await call('POST', '/sync', { appids: [40, 40, 60, 10] });
    expect(body).toEqual({
      apps: 2,
      message: '2 apps will be fetched now. 1 failed before and needs a requeue.',
    });
    expect(await pendingApps()).toEqual([40, 60]);
  });
});

describe('the API for the fleet', () => {
  test('pauses and resumes it', async () => {
    expect(await call('POST', '/pause')).toMatchObject({ body: { pausedAt: expect.any(String) } });
    expect(await call('GET', '/rate')).toMatchObject({ body: { pausedAt: expect.any(String) } });
    expect(await call('POST', '/resume')).toMatchObject({ body: { pausedAt: null, message: 'Resumed.' } });
  });

  test('sets and resets its rate', async () => {
    const set = await call('PUT', '/rate', { requestsPerSecond: 1.5 });
    expect(set.body).toMatchObject({
      fetchRate: 1.5,
      message: 'Rate set to 1.5 requests a second for the whole fleet.',
    });
    expect((await call('PUT', '/rate', { requestsPerSecond: null })).body).toMatchObject({ fetchRate: null });
  });

  test.for([
    ['2', 2],
    ['0.5/s', 0.5],
    ['30/min', 0.5],
  ] as const)('takes the rate %j as the command line does', async ([requestsPerSecond, fetchRate]) => {
    expect((await call('PUT', '/rate', { requestsPerSecond })).body).toMatchObject({ fetchRate });
  });

  test('takes a rate above the one that Steam is known to tolerate, and warns', async () => {
    const fast = await call('PUT', '/rate', { requestsPerSecond: 2.5 });
    expect(fast).toMatchObject({ status: 200, body: { fetchRate: 2.5 } });
    expect(fast.body['warning']).toContain(
      'Steam is known to tolerate 2 requests a second. At 2.5 it may refuse',
    );
    expect((await call('PUT', '/rate', { requestsPerSecond: 2 })).body).not.toHaveProperty('warning');
  });

  test.for([0, -1, 0.009, 10_001, 'fast', '0/s', '2/h', '', true, undefined])(
    'refuses %j as a rate',
    async (requestsPerSecond) => {
      const { status, body } = await call('PUT', '/rate', { requestsPerSecond });
      expect(status).toBe(400);
      expect(body['error']).toContain('requestsPerSecond: ');
    },
  );
});

describe('reading', () => {
  test('returns the overview as the page shows it', async () => {
    const { body } = await call('GET', '/overview');
    expect(body).toMatchObject({
      ledger: {
        counts: { known: 5, failed: 3 },
        failures: [{ apps: 2 }, { apps: 1 }],
        steering: { fetchRate: null, pausedAt: null },
      },
      fleet: { queues: [{ name: 'pics-fetch' }, { name: 'pics-write' }], replicas: [] },
      problems: [],
    });
  });

  test('finds apps by name, and returns everything known about one', async () => {
    expect((await call('GET', '/apps?q=twen&type=DLC')).body).toEqual({
      apps: [{ appid: 20, name: 'Twenty', type: 'dlc', picsAccess: null }],
      total: 1,
      page: 1,
      pages: 1,
      types: [{ type: 'dlc', apps: 1 }],
      didYouMean: null,
    });
    expect((await call('GET', '/apps?q=twnety')).body).toMatchObject({ total: 0, didYouMean: 'twenty' });
    expect((await call('GET', '/apps/20')).body).toMatchObject({
      app: { name: 'Twenty' },
      ledger: { attempts: 12 },
    });
  });

  test('lists what failed, in pages that a script reads to their end', async () => {
    const first = await call('GET', '/failures?limit=2');
    expect(first.body).toMatchObject({
      failed: 3,
      retrying: 0,
      total: 3,
      reasons: [
        { reason: 'NoResponse: in # s', apps: 2 },
        { reason: 'RowRefused: too long', apps: 1 },
      ],
      types: [
        { type: 'game', apps: 2 },
        { type: 'dlc', apps: 1 },
      ],
      apps: [
        { appid: 10, name: 'Ten', state: 'failed', reason: 'NoResponse: in 30 s', attempts: 12 },
        { appid: 20 },
      ],
      next: 20,
    });
    const second = await call('GET', '/failures?limit=2&after=20');
    expect(second.body).toMatchObject({ apps: [{ appid: 30 }], next: null });
    const filtered = await call('GET', '/failures?reason=NoResponse%3A%20in%20%23%20s&type=GAME&name=te');
    expect(filtered.body).toMatchObject({ total: 1, apps: [{ appid: 10 }] });
    expect((await call('GET', '/failures?state=retrying')).body).toMatchObject({ total: 0, apps: [] });
  });

  test('follows the changes from a position to the newest, and on from there', async () => {
    const change = (changeNumber: number, id: number) => ({
      changeNumber,
      kind: 'app' as const,
      id,
      needsToken: false,
    });
    await database.deleteFrom('picsChanges').execute();
    await database
      .insertInto('picsChanges')
      .values([change(7, 10), change(7, 20), change(8, 50)])
      .execute();
    const first = await call('GET', '/changes?since=0&limit=2');
    expect(first.body).toMatchObject({
      changes: [
        { changeNumber: 7, appid: 10, name: 'Ten', outcome: 'failed' },
        { changeNumber: 7, appid: 20 },
      ],
      next: '7:20',
      more: true,
    });
    const second = await call('GET', `/changes?since=${String(first.body['next'])}`);
    expect(second.body).toMatchObject({
      changes: [{ changeNumber: 8, appid: 50 }],
      next: '8:50',
      more: false,
    });
    const third = await call('GET', '/changes?since=8:50');
    expect(third.body).toEqual({ changes: [], next: '8:50', more: false });
    expect((await call('GET', '/changes?since=7')).body).toMatchObject({ changes: [{ changeNumber: 8 }] });
  });

  test.for([
    ['/failures?state=settled', 400],
    ['/failures?limit=0', 400],
    ['/failures?limit=1001', 400],
    ['/failures?after=-1', 400],
    [`/failures?name=${'x'.repeat(501)}`, 400],
    ['/failures?name=a&name=b', 400],
    ['/requeues/99999', 404],
    ['/requeues/x', 400],
    ['/changes', 400],
    ['/changes?since=yesterday', 400],
    ['/changes?since=1:2:3', 400],
    ['/apps/21', 404],
    ['/apps/-1', 400],
    ['/apps/99999999999', 400],
    ['/apps/%f0', 400],
    ['/apps?q=a&q=b', 400],
    ['/apps?q=a&page=0', 400],
    ['/apps?q=a&page=10001', 400],
    [`/apps?q=${'x'.repeat(101)}`, 400],
    ['/nowhere', 404],
  ] as const)('responds to %s with a sentence and status %d', async ([path, status]) => {
    const response = await call('GET', path);
    expect([response.status, typeof response.body['error']]).toEqual([status, 'string']);
  });
});

describe('a body', () => {
  test.for([
    ['that is not JSON', '{"failed":', 400],
    ['that is not an object', 'true', 400],
    ['larger than any request', JSON.stringify({ error: 'x'.repeat(300_000) }), 413],
  ] as const)('%s is refused with a sentence', async ([, body, status]) => {
    const response = await call('POST', '/requeue', body);
    expect([response.status, typeof response.body['error']]).toEqual([status, 'string']);
  });

  test('of a content type that forms of other pages can send is ignored', async () => {
    const headers = { 'content-type': 'text/plain' };
    const { status } = await board.send('/api/requeue', { method: 'POST', headers, body: '{"failed":true}' });
    expect(status).toBe(400);
    expect(await pendingApps()).toEqual([]);
  });
});

describe('while Postgres is unreachable', () => {
  test('the board refuses writes with a sentence, and its overview names Postgres', async () => {
    const postgres = await createTestPostgres();
    const alone = await startTestBoard({}, { databaseUrl: postgres.url });
    await postgres.kill();
    const write = await alone.send('/api/pause', { method: 'POST' });
    expect([write.status, JSON.parse(write.text)]).toEqual([503, { error: 'The database is unreachable.' }]);
    const page = await alone.send('/');
    expect(page.status).toBe(200);
    expect(page.text).toContain('Postgres cannot be read');
  });
});
