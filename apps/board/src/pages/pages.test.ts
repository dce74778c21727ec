import { describe, expect, test } from 'vitest';
import { startTestBoard } from '../../../../test/support/board.ts';

const board = await startTestBoard();
const { database } = board;
const NASTY = `<img src=x onerror=alert(1)> "Quote" & 'Tick'`;
const ESCAPED = '&lt;img src=x onerror=alert(1)&gt; &quot;Quote&quot; &amp; &#39;Tick&#39;';

await database
  .insertInto('apps')
  .values([
    {
      appid: 10,
      name: NASTY,
      type: 'game',
      picsAccess: 'public',
      picsReviewPercentage: 97,
      picsReviewScore: 9,
      parentAppid: 20,
    },
    { appid: 20, name: 'Half-Life', type: 'game', picsAccess: 'removed' },
    { appid: 30, name: null, type: 'dlc', picsAccess: 'restricted' },
  ])
  .execute();
await database
  .insertInto('picsAppLedger')
  .values([
    { id: 10, wantedChangeNumber: 7, settledChangeNumber: 7, storedChangeNumber: 7 },
    {
      id: 20,
      wantedChangeNumber: 7,
      failedAt: new Date(),
      lastError: `RowRefused: ${NASTY}`,
      attempts: 3,
    },
    { id: 40, wantedChangeNumber: 9 },
    { id: 50, wantedChangeNumber: 9, settledChangeNumber: 9 },
  ])
  .execute();
await database
  .insertInto('picsChanges')
  .values([{ changeNumber: 7, kind: 'app', id: 10, needsToken: true }])
  .execute();

const get = async (path: string) => {
  const { status, text, headers } = await board.send(path);
  return { status, text, headers };
};

test('the overview claims to be behind by nothing only while the feed is polled', async () => {
  const polled = async (polledAt: Date | null) => {
    await database.updateTable('picsState').set({ lastChangeNumber: 7, polledAt }).execute();
    // A board of its own: the overview caches what it read.
    const { text } = await (await startTestBoard({}, { databaseUrl: board.databaseUrl })).send('/');
    return /Behind Steam<\/dt><dd class="value">([^]*?)<\/div>/.exec(text)?.[1];
  };
  expect(await polled(new Date())).toMatch(/^\d+\s+<small>/);
  expect(await polled(new Date(Date.now() - 300_000))).toBe('–</dd><dd>change 7, not polled for 5m</dd>');
  expect(await polled(null)).toBe('–</dd><dd>change 7, not polled</dd>');
});

describe('the page of an app', () => {
  test('shows the stored data, the ledger, the changes, and a link to the store', async () => {
    const { text } = await get('/apps/10');
    for (const part of [
      '97 % positive',
      'href="apps/20">Half-Life',
      'needs a token',
      'settled',
      'href="https://store.steampowered.com/app/10"',
      '<code>pics app 10 --raw --ask-steam</code>',
    ]) {
      expect(text).toContain(part);
    }
  });

  test('offers a sync, or a requeue with the cause when the app failed', async () => {
    expect((await get('/apps/10')).text).toContain('data-action="sync"');
    const failed = await get('/apps/20');
    expect(failed.text).toContain('data-action="requeue"');
    expect(failed.text).toContain('RowRefused');
    expect(failed.text).toContain('removed');
  });

  test('exists for an app without a name, and for one that is only wanted', async () => {
    expect((await get('/apps/30')).text).toContain('<h1>App 30</h1>');
    expect((await get('/apps/40')).text).toContain('Nothing yet.');
  });

  test('says that Steam does not know an app', async () => {
    const { text } = await get('/apps/50');
    expect(text).toContain('unknown to Steam');
    expect(text).toContain('Nothing: Steam does not know this app.');
    expect((await get('/apps/40')).text).not.toContain('unknown');
  });

  test.for(['/apps/21', '/apps/99999999999999', '/apps/x', '/apps/10/x', '/nowhere'])(
    'does not exist at %s',
    async (path) => {
      const { status, text } = await get(path);
      expect([status, text.includes('<h1>Not found</h1>')]).toEqual([404, true]);
    },
  );
});

describe('the search', () => {
  test('lists its results, and says when there are none', async () => {
    expect((await get('/apps?q=half')).text).toContain('href="apps/20">Half-Life');
    expect((await get('/apps?q=quarter')).text).toContain('No stored app matches.');
  });

  test('suggests another search after a typo', async () => {
    expect((await get('/apps?q=hlaf')).text).toContain('Did you mean <a href="apps?q=half">half</a>?');
  });

  test('counts the results of each type, links to those of one, and pages through them', async () => {
    await board.database
      .insertInto('apps')
      .values(
        Array.from({ length: 61 }, (_, index) => ({
          appid: 100_001 + index,
          name: `Filler & more ${index}`,
          type: index === 0 ? 'demo' : 'game',
        })),
      )
      .execute();
    const { text } = await get('/apps?q=more+filler');
    expect(text).toContain('<h1>61 results for “more filler”</h1>');
    expect(text).toMatch(/href="apps\?q=more\+filler&amp;type=demo"\s*>demo <span class="quiet">1</);
    expect(text).toContain('1–50 of 61');
    expect(text).toContain('href="apps?q=more+filler&amp;page=2" rel="next"');
    const second = await get('/apps?q=more+filler&type=game&page=2');
    expect(second.text).toContain('51–60 of 60');
    expect(second.text).toContain('href="apps?q=more+filler&amp;type=game" rel="prev"');
    expect((await get('/apps?q=more+filler&page=3')).text).toContain('There is no page 3.');
    await board.database.deleteFrom('apps').where('appid', '>', 100_000).execute();
  });

  test.for(['0', '-1', 'x', '1.5', '10001'])('refuses the page %s', async (page) => {
    expect((await get(`/apps?q=half&page=${page}`)).status).toBe(400);
  });

  test('redirects from an id to its app', async () => {
    const { status, headers } = await get('/apps?q=20');
    expect([status, headers.location]).toEqual([302, '/apps/20']);
  });

  test('redirects from the id of an app that is only wanted, or unknown, to its page', async () => {
    expect((await get('/apps?q=40')).headers.location).toBe('/apps/40');
    expect((await get('/apps?q=21')).headers.location).toBe('/apps/21');
    expect((await get('/apps/21')).text).toMatch(
      /data-action="sync">\s*<input type="hidden" name="appids" value="21"/,
    );
  });

  test('refuses a query that is too long, and survives a malformed one', async () => {
    expect((await get(`/apps?q=${'x'.repeat(200)}`)).status).toBe(400);
    expect((await get('/apps?q[]=1')).status).toBeLessThan(500);
  });
});

test.for([
  '/',
  '/failures',
  `/failures?name=${encodeURIComponent(NASTY)}`,
  '/apps/10',
  '/apps/20',
  '/apps?q=quote',
  `/apps?q=${encodeURIComponent(NASTY)}`,
])('names, errors and searches never become markup on %s', async (path) => {
  const { text } = await get(path);
  expect(text).toContain(ESCAPED);
  expect(text).not.toContain('<img src=x');
});

test('no page links to another host, except to the store page of an app', async () => {
  for (const path of ['/', '/failures', '/apps?q=half', '/apps/10', '/nowhere']) {
    const { text } = await get(path);
    expect(text.match(/(?:src|href|action)="(?:https?:)?\/\/[^"]*"/g) ?? []).toEqual(
      path === '/apps/10' ? ['href="https://store.steampowered.com/app/10"'] : [],
    );
  }
});

test('the overview links from five apps of a group to all of them', async () => {
  const failed = { wantedChangeNumber: 7, failedAt: new Date(), lastError: 'NoResponse: none in 30 s' };
  const appids = [101, 102, 103, 104, 105, 106];
  await database
    .insertInto('picsAppLedger')
    .values(appids.map((id) => ({ id, ...failed })))
    .execute();
  // The overview may be as old as the last test.
  const findLink = async () => /<a href="([^"]+)">all 6</.exec((await get('/')).text)?.[1];
  await expect.poll(findLink, { timeout: 20_000 }).toBeDefined();
  const link = (await findLink()) ?? '';
  const { text } = await get(`/${link.replaceAll('&amp;', '&')}`);
  for (const appid of appids) expect(text).toContain(`id="app-${appid}"`);
  await database.deleteFrom('picsAppLedger').where('id', 'in', appids).execute();
});

test.for([
  ['uplot.js', 'text/javascript'],
  ['uplot.css', 'text/css'],
  ['idiomorph.js', 'text/javascript'],
  ['overview.js', 'text/javascript'],
  ['failures.js', 'text/javascript'],
  ['board.css', 'text/css'],
  ['failures.css', 'text/css'],
  ['queues.css', 'text/css'],
  ['icon.svg', 'image/svg+xml'],
] as const)('the board serves %s itself', async ([name, type]) => {
  const { status, headers } = await get(`/assets/${name}`);
  expect([status, headers['content-type']?.split(';')[0]]).toEqual([200, type]);
});

test('the board serves no file outside the assets', async () => {
  for (const path of [
    '/assets/../src/main.ts',
    '/assets/%2e%2e/src/main.ts',
    '/assets/..%2fsrc%2fmain.ts',
    '/assets/',
  ]) {
    expect((await get(path)).status).toBeGreaterThanOrEqual(400);
  }
});
