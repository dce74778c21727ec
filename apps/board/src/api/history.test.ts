import { sql } from 'kysely';
import { expect, test } from 'vitest';
import {
  bodyOf,
  finishFirstFill,
  send,
} from '../../../../packages/database/src/write/history/testing/send.ts';
import { startTestBoard } from '../../../../test/support/board.ts';

const board = await startTestBoard();
const { database } = board;

const get = async (path: string, headers = {}) => {
  const { status, text } = await board.send(`/api${path}`, { headers });
  return { status, body: JSON.parse(text) as Record<string, unknown> };
};

const build = (id: string) => ({ branches: { public: { buildid: id, timeupdated: '1700000000' } } });

await sql`insert into steam_tags (tag_id, name) values (1716, 'Roguelike')`.execute(database);
await finishFirstFill(database);
for (const [appid, changeNumber, common, depots] of [
  [10, 100, { name: 'Ten', type: 'game' }, build('1')],
  [20, 101, { name: 'Twenty', type: 'dlc' }, build('5')],
  [10, 102, { name: 'Ten', type: 'game', store_tags: { 0: '1716' } }, build('1')],
  [10, 103, { name: 'Ten', type: 'game', store_tags: { 0: '1716' } }, build('2')],
] as const) {
  await send(database, [{ appid, changeNumber, body: bodyOf(appid, { common, depots }) }]);
}

const numbers = (body: Record<string, unknown>) =>
  (body['events'] as { changeNumber: number }[]).map(({ changeNumber }) => changeNumber);

/** An open transaction of another test on the same server delays what can be followed. */
const findEvents = async (query: string, expected: number[]) => {
  await expect
    .poll(async () => numbers((await get(`/events${query}`)).body), { timeout: 30_000 })
    .toEqual(expected);
  return (await get(`/events${query}`)).body;
};

test('the history of an app is its changes, the newest first, as values and in words', async () => {
  const { body } = await get('/apps/10/history');
  expect(numbers(body)).toEqual([103, 102, 100]);
  expect(body).toMatchObject({
    appid: 10,
    next: null,
    events: [
      { type: 'build.published' },
      {
        type: 'app.changed',
        changes: { tags: { added: [1716], removed: [] } },
        inWords: [{ field: 'tags', label: 'Tags', text: '+ Roguelike' }],
      },
      { type: 'app.added' },
    ],
  });
});

test('the history of an app is read by field, by time and page by page', async () => {
  expect(numbers((await get('/apps/10/history?field=tags')).body)).toEqual([102]);
  expect(numbers((await get('/apps/10/history?since=2h')).body)).toHaveLength(3);
  expect(numbers((await get('/apps/10/history?since=2099-01-01')).body)).toEqual([]);
  expect(numbers((await get('/apps/10/history?change=102')).body)).toEqual([102, 100]);
  const first = (await get('/apps/10/history?limit=2')).body;
  expect(numbers(first)).toEqual([103, 102]);
  expect(numbers((await get(`/apps/10/history?limit=2&before=${String(first['next'])}`)).body)).toEqual([
    100,
  ]);
});

test('the builds of an app come with its branches', async () => {
  const { body } = await get('/apps/10/builds');
  expect(body).toMatchObject({
    branches: [{ branch: 'public', buildId: '2' }],
    builds: [
      { buildId: '2', isCurrent: true },
      { buildId: '1', isCurrent: false },
    ],
  });
  expect((await get('/apps/10/builds?branch=beta')).body).toMatchObject({ branches: [], builds: [] });
});

test('the changes of all apps are read by type and by field, page by page', async () => {
  await findEvents('?limit=9', [103, 102, 101, 100]);
  await findEvents('?type=app.added', [101, 100]);
  await findEvents('?field=branches.public', [103]);
  const first = await findEvents('?limit=2', [103, 102]);
  expect(first).toMatchObject({
    events: [{ appid: 10, name: 'Ten' }, {}],
    next: expect.stringMatching(/^\d+:\d+$/),
  });
  const second = await findEvents(`?limit=2&before=${String(first['next'])}`, [101, 100]);
  expect(numbers((await get(`/events?limit=2&before=${String(second['next'])}`)).body)).toEqual([]);
  expect(numbers((await get('/events', { accept: 'application/json' })).body)).toEqual([103, 102, 101, 100]);
});

test.for(['/apps/99/history', '/apps/99/builds'])('an unknown app has no %s', async (path) => {
  expect((await get(path)).status).toBe(404);
});

test.for([
  '/apps/10/history?field=price',
  '/apps/10/history?before=x',
  '/apps/10/history?since=soon',
  '/events?type=app',
  '/events?field=price',
  '/events?before=7',
  `/events?field=branches.${'x'.repeat(300)}`,
  '/events?field=name&field=tags',
  '/events/live?type=x',
])('%s is refused with a sentence', async (path) => {
  const { status, body } = await get(path);
  expect([status, typeof body['error']]).toEqual([400, 'string']);
});
