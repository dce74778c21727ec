import { sql } from 'kysely';
import { beforeAll, expect, test, vi } from 'vitest';
import type { Block } from '../../../../../packages/appinfo/src/extract/testing/app-body.ts';
import {
  bodyOf,
  finishFirstFill,
  send,
} from '../../../../../packages/database/src/write/history/testing/send.ts';
import { startTestBoard } from '../../../../../test/support/board.ts';

const board = await startTestBoard();
const { database } = board;
const NASTY = '<img src=x onerror=alert(1)>';

const get = async (path: string) => {
  const { status, text } = await board.send(path);
  // As a reader sees it: tags and the spaces between words do not matter.
  const words = text
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&quot;', '"');
  return { status, text, words };
};

const write = async (
  appid: number,
  changeNumber: number,
  common: Record<string, string | Block>,
  build = '1',
  ufs: Block = {},
) => {
  const branches = {
    public: { buildid: build, timeupdated: '1700000000' },
    [NASTY]: { buildid: '7', description: NASTY },
  };
  const body = bodyOf(appid, { common: { type: 'game', ...common }, depots: { branches }, ufs });
  await send(database, [{ appid, changeNumber, body }]);
};

beforeAll(async () => {
  await sql`insert into steam_tags (tag_id, name) values (1716, 'Roguelike'), (597, 'Casual')`.execute(
    database,
  );
  await finishFirstFill(database);
  await write(10, 100, { name: 'Ten', store_tags: { 0: '597' } });
  await write(20, 101, { name: 'Twenty' });
  await write(10, 102, { name: NASTY, store_tags: { 0: '1716' } });
  await write(10, 103, { name: NASTY, store_tags: { 0: '1716' } }, '2');
});

/** Waits until the changes of all apps show all that was written: what other tests have open on this server delays them. */
const untilShown = (text: string) =>
  vi.waitUntil(async () => (await board.send('/changes')).text.includes(text), {
    timeout: 30_000,
    interval: 200,
  });

test('the page of an app describes each change in words, under its own anchor', async () => {
  const { text, words } = await get('/apps/10');
  expect(words).toContain('Tags + Roguelike, − Casual');
  expect(words).toContain('Name Ten → ');
  for (const change of [100, 102, 103]) {
    expect(text).toContain(`id="change-${change}"`);
    expect(text).toContain(`href="apps/10?change=${change}#change-${change}"`);
  }
  expect(text.indexOf('change-103"')).toBeLessThan(text.indexOf('change-102"'));
});

test('the history of an app begins with the change in a link, and is filtered by field', async () => {
  const linked = (await get('/apps/10?change=102')).text;
  expect([linked.includes('id="change-103"'), linked.includes('id="change-102"')]).toEqual([false, true]);
  expect(linked).toContain('rel="first">Newest');
  const names = (await get('/apps/10?field=name')).words;
  expect(names).toContain('Name Ten → ');
  expect(names).not.toContain('+ Roguelike');
  expect((await get('/apps/10?field=is_free')).words).toContain('No recorded change matches.');
});

test('a long history is split into pages without losing or repeating a change', async () => {
  const numbers = Array.from({ length: 45 }, (_, index) => 1_000 + index);
  for (const number of numbers) await write(30, number, { name: `Name ${number}` });
  const seen: number[] = [];
  let path: string | undefined = '/apps/30';
  while (path !== undefined) {
    const { text }: { text: string } = await get(path);
    seen.push(...[...text.matchAll(/<li id="change-(\d+)"/g)].map(([, number]) => Number(number)));
    const next: string | undefined = /href="([^"#]+)#history" rel="next"/.exec(text)?.[1];
    path = next === undefined ? undefined : `/${next}`;
  }
  expect(seen).toEqual(numbers.toReversed());
});

test('the page of an app draws its builds by branch, and lists its branches and every build', async () => {
  const { text, words } = await get('/apps/10');
  expect(text).toMatch(/role="img"\s+aria-label="Builds by branch from [^"]*: public 2, /);
  expect(text.match(/<circle/g)).toHaveLength(3);
  expect(words).toContain('public 2 2023-11-14 22:13 UTC');
  expect(words).toContain('All builds seen (3)');
});

test('an app without recorded changes says so', async () => {
  await sql`insert into apps (appid, name) values (99, 'Old')`.execute(database);
  const { words } = await get('/apps/99');
  expect(words).toContain('No change of this app has been recorded yet.');
  expect(words).toContain('No branch of this app is stored.');
  expect((await get('/apps/99/diff')).words).toContain(
    'App 99 was never asked for. Fetch it with: pics sync --appids 99',
  );
  expect((await get('/apps/20/diff')).words).toContain('There is one text of this app so far.');
});

test('two versions of an app are compared line by line', async () => {
  const { text, words } = await get('/apps/10/diff?from=102&to=103');
  expect(words).toMatch(/- "buildid"\s+"1"/);
  expect(words).toMatch(/\+ "buildid"\s+"2"/);
  expect(words).toContain('Lines added: 1, removed: 1');
  expect(text).toMatch(/value="102"\s+selected/);
});

test('versions are compared with the one before unless two are chosen, and by the text that was valid then', async () => {
  expect((await get('/apps/10/diff')).words).toContain('Lines added: 1, removed: 1');
  // 101 changed another app: the text of 100 was still valid.
  const { text, words } = await get('/apps/10/diff?from=101&to=102');
  expect(text).toMatch(/value="100"\s+selected/);
  expect(words).toMatch(/- "name"\s+"Ten"/);
  expect((await get('/apps/10/diff?from=103&to=103')).words).toContain('These texts are the same.');
});

test('the page says why two versions cannot be compared, and keeps what was chosen as far as it is stored', async () => {
  const { text, words } = await get('/apps/10/diff?from=5&to=102');
  expect(words).toContain('The oldest stored text of app 10 is from change 100.');
  expect(text.match(/value="\d+"\s+selected/g)?.map((option) => option.replace(/\D/g, ''))).toEqual([
    '100',
    '102',
  ]);
});

test('a text is compared with that of an earlier change, also where Steam showed two under one number', async () => {
  await write(60, 1, { name: 'A' });
  await write(60, 2, { name: 'B' });
  await write(60, 2, { name: 'C' });
  const { words } = await get('/apps/60/diff');
  expect(words).toMatch(/- "name"\s+"A"/);
  expect(words).toMatch(/\+ "name"\s+"C"/);
});

test('a text that is damaged is reported, and the page works for the others', async () => {
  await write(40, 1, { name: 'A' });
  await write(40, 2, { name: 'B' });
  await write(40, 3, { name: 'C' });
  await sql`update app_versions set body = 'x' where appid = 40 and change_number = 1`.execute(database);
  expect((await get('/apps/40/diff?from=1&to=3')).words).toMatch(
    /A stored text of app 40 is damaged: .* this fetches it again: pics verify --fix/,
  );
  expect((await get('/apps/40/diff?from=2&to=3')).words).toContain('Lines added: 1, removed: 1');
});

test('a long diff is cut, with the command that prints all of it', async () => {
  const files = (first: number) =>
    Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [index, String(first + index)]));
  await write(50, 1, { name: 'A' }, '1', files(1));
  await write(50, 2, { name: 'B' }, '1', files(100_000));
  const { text, words } = await get('/apps/50/diff');
  expect(words).toContain('These are the first 3,000 of ');
  expect(words).toContain('pics history 50 --diff 1..2');
  expect(text.length).toBeLessThan(400_000);
});

test('the changes of all apps are a page that needs no script, filtered by type and field', async () => {
  await untilShown('apps/50?change=2#change-2');
  const { text } = await get('/changes?type=app.added&field=name');
  expect(text).toContain('href="apps/20">Twenty</a>');
  expect(text).not.toContain('change-102');
  expect(text).toMatch(/value="app.added"\s+selected/);
  expect((await get('/changes?type=app.removed')).words).toContain('No recorded change matches.');
});

test('older changes are on the next pages, and none is lost between them', async () => {
  await untilShown('apps/50?change=2#change-2');
  const seen: string[] = [];
  let path: string | undefined = '/changes';
  while (path !== undefined) {
    const { text }: { text: string } = await get(path);
    seen.push(...[...text.matchAll(/<li id="(event-[\d-]+)"/g)].map(([, id]) => id ?? ''));
    const next: string | undefined = /href="(changes[^"]+)" rel="next"/.exec(text)?.[1];
    path = next === undefined ? undefined : `/${next.replaceAll('&amp;', '&')}`;
  }
  const { rows } = await sql<{ id: string }>`
    select 'event-' || transaction_id || '-' || id as id from pics_events order by transaction_id desc, pics_events.id desc
  `.execute(database);
  expect(seen).toEqual(rows.map(({ id }) => id));
  expect(new Set(seen).size).toBeGreaterThan(50);
});

test.for([
  '/apps/10',
  '/apps/10/diff?from=100&to=103',
  '/changes',
  '/changes?field=branches',
  '/changes?field=branches.%3Cimg+src=x%3E',
])('the names of an app and its branches never become markup on %s', async (path) => {
  const { status, text } = await get(path);
  expect([status, text.includes('<img src=x')]).toEqual([200, false]);
});

test.for([
  ['/apps/10?change=x', 400],
  ['/apps/10?field=price', 400],
  ['/apps/10/diff?from=-1', 400],
  ['/apps/21/diff', 404],
  ['/changes?type=x', 400],
  ['/changes?before=x', 400],
] as const)('%s is refused with %d', async ([path, status]) => {
  expect((await get(path)).status).toBe(status);
});
