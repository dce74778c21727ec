import { beforeAll, describe, expect, test } from 'vitest';
import { startTestBoard, type TestBoard } from '../../../../../test/support/board.ts';

let board: TestBoard;

/** 61 apps with one tag and one developer, whose names would be markup. */
beforeAll(async () => {
  board = await startTestBoard();
  const { database } = board;
  const appids = Array.from({ length: 61 }, (_, index) => index + 1);
  await database
    .insertInto('apps')
    .values(
      appids.map((appid) => ({
        appid,
        name: `App ${appid}`,
        type: 'game',
        steamReleaseDate: new Date('2024-02-29'),
      })),
    )
    .execute();
  await database.insertInto('steamTags').values({ tagId: 19, name: 'Action' }).execute();
  await database
    .insertInto('appSteamTags')
    .values(appids.map((appid) => ({ appid, tagId: 19, rank: 1 })))
    .execute();
  await database.insertInto('developers').values({ id: 7, name: '<b>Bold</b> & "Co"' }).execute();
  await database
    .insertInto('appDevelopers')
    .values(appids.map((appid) => ({ appid, developerId: 7 })))
    .execute();
  await database.insertInto('appSteamDeck').values({ appid: 1, status: 'verified' }).execute();
});

const get = (path: string) => board.send(path);
const ask = async (path: string) => {
  const { status, text } = await get(`/api/browse${path}`);
  return { status, body: JSON.parse(text) as Record<string, unknown> };
};

test('the page of an app links to the lists that it is in, and to the store', async () => {
  const { text } = await get('/apps/1');
  for (const link of [
    '<a href="browse/tags/19">Action</a>',
    '<a href="browse/developers/7">&lt;b&gt;Bold&lt;/b&gt; &amp; &quot;Co&quot;</a>',
    '<a href="browse/deck/verified">verified</a>',
    '(<a href="browse/months/2024-02">February 2024</a>)',
    'href="https://store.steampowered.com/app/1"',
  ]) {
    expect(text).toContain(link);
  }
});

describe('an index', () => {
  test('lists each entry with how many apps it has', async () => {
    expect((await get('/browse')).headers.location).toBe('/browse/tags');
    expect((await get('/browse/tags')).text).toMatch(
      /href="browse\/tags\/19">Action<\/a> <span class="quiet">61</,
    );
    const { text } = await get('/browse/developers?q=BOLD');
    expect(text).toContain('href="browse/developers/7">&lt;b&gt;Bold');
    expect((await get('/browse/developers?q=nobody')).text).toContain('None has “nobody” in its name.');
    expect((await get('/browse/franchises')).text).toContain('No app has one yet.');
  });

  test('is in the API as well', async () => {
    expect((await ask('')).body['lists']).toContain('publishers');
    expect(await ask('/tags?q=act')).toEqual({
      status: 200,
      body: { list: 'tags', entries: [{ key: '19', name: 'Action', apps: 61 }], total: 1, page: 1, pages: 1 },
    });
  });
});

describe('a list', () => {
  test('has its name, its size, and links to the next part and back', async () => {
    const { text } = await get('/browse/tags/19');
    expect(text).toContain('61 apps');
    expect(text).toContain('href="apps/61">App 61</a>');
    expect(text).toContain('href="browse/tags/19?after=12&amp;page=2"');
    const second = await get('/browse/tags/19?after=12&page=2');
    expect(second.text).toContain('href="apps/1">App 1</a>');
    expect(second.text).toContain('<a href="browse/tags/19" rel="first">First page</a>');
    expect(second.text).not.toContain('rel="next"');
  });

  test('is in the API as well', async () => {
    const { body } = await ask('/months/2024-02');
    expect(body).toMatchObject({
      list: 'months',
      key: '2024-02',
      name: 'February 2024',
      total: 61,
      next: 12,
    });
    expect((await ask('/months/2024-02?after=12')).body).toMatchObject({ next: null });
  });

  test.for([
    '/browse/colours',
    '/browse/tags/99',
    '/browse/tags/x',
    '/browse/deck/gold',
    '/browse/months/2024-13',
  ])('does not exist at %s', async (path) => {
    expect((await get(path)).status).toBe(404);
    const { status, body } = await ask(path.replace('/browse', ''));
    expect([status, typeof body['error']]).toEqual([404, 'string']);
  });

  test.for([
    '/browse/tags/19?after=x',
    '/browse/tags/19?after=-1',
    '/browse/tags?page=0',
    `/browse/tags?q=${'x'.repeat(101)}`,
  ])('refuses %s', async (path) => {
    expect((await get(path)).status).toBe(400);
  });
});
