import { describe, expect, test } from 'vitest';
import { findAccessibilityFaults, measureOverflow } from './support/axe.ts';
import { startTestBoard } from './support/board.ts';
import { findBrowser, openBrowser } from './support/browser.ts';

const program = await findBrowser();

async function startBoard() {
  const board = await startTestBoard();
  const { database } = board;
  const apps = [
    { appid: 220, name: 'Half-Life 2', type: 'game', picsReviewScore: 9, metacriticScore: 96 },
    { appid: 323_130, name: 'Half-Life 2 Soundtrack', type: 'music' },
    { appid: 600_001, name: 'Café Größenwahn', type: 'game' },
  ];
  const steamReleaseDate = new Date('2004-11-16T08:00:00Z');
  for (const app of apps)
    await database
      .insertInto('apps')
      .values({ ...app, steamReleaseDate })
      .execute();
  await database.insertInto('steamTags').values({ tagId: 1663, name: 'FPS' }).execute();
  await database.insertInto('appSteamTags').values({ appid: 220, tagId: 1663, rank: 1 }).execute();
  await database.insertInto('developers').values({ id: 1, name: 'Valve' }).execute();
  await database.insertInto('appDevelopers').values({ appid: 220, developerId: 1 }).execute();
  return board;
}

describe.skipIf(program === undefined)('the catalogue in a browser', () => {
  test('is found after a typo, browsed by its links, and read without asking another host', async () => {
    const { url } = await startBoard();
    const browser = await openBrowser(program ?? '');
    const page = await browser.newPage();
    const hosts = new Set<string>();
    page.on('request', (request) => hosts.add(new URL(request.url()).origin));
    await page.goto(url);
    await page.getByRole('searchbox').fill('hlaf life');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'half life' }).click();
    await page.getByRole('heading', { name: '2 results for “half life”' }).waitFor();
    await page.getByRole('link', { name: /^music/ }).click();
    await page.getByRole('heading', { name: '1 result for “half life”' }).waitFor();
    await page.getByRole('link', { name: /^all types/ }).click();
    await page.getByRole('link', { name: 'Half-Life 2', exact: true }).click();
    await page.getByRole('link', { name: 'November 2004' }).click();
    await page.getByText('3 apps').waitFor();
    await page.getByRole('link', { name: 'Half-Life 2', exact: true }).click();
    await page.getByRole('link', { name: 'FPS' }).click();
    await page.getByText('1 app', { exact: true }).waitFor();
    await page.getByRole('link', { name: '← Tags' }).click();
    await page.getByRole('listitem').filter({ hasText: 'FPS 1' }).waitFor();
    await page.getByRole('link', { name: 'Developers' }).click();
    await page.getByRole('searchbox', { name: 'Part of the name' }).fill('valv');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Valve' }).click();
    await page.getByRole('link', { name: 'Half-Life 2', exact: true }).waitFor();
    expect([...hosts]).toEqual([url]);
  });

  test.for([
    ['light', 1280],
    ['dark', 375],
  ] as const)(
    'has no fault that axe finds, and no sideways scrolling (%s, %d pixels)',
    async ([colorScheme, width]) => {
      const { url } = await startBoard();
      const browser = await openBrowser(program ?? '');
      const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
      for (const path of [
        'apps?q=half',
        'apps?q=hlaf',
        'apps/220',
        'browse/tags',
        'browse/developers?q=x',
        'browse/months/2004-11',
      ]) {
        await page.goto(`${url}/${path}`);
        expect([path, await findAccessibilityFaults(page)]).toEqual([path, []]);
        expect(await measureOverflow(page)).toBeLessThanOrEqual(0);
      }
    },
  );
});
