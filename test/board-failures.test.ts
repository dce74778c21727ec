import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { claimBatch } from '@pics/database';
import { findAccessibilityFaults, measureOverflow } from './support/axe.ts';
import { startTestBoard, type TestBoard } from './support/board.ts';
import { findBrowser, openBrowser } from './support/browser.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const program = await findBrowser();

const GAMES = 150;
const NASTY = `<img src=x onerror=alert(1)>`;

/** 150 games and two DLC that failed, and three apps that are retried. */
async function insertFailures({ database }: TestBoard): Promise<void> {
  await database.deleteFrom('picsRequeues').execute();
  await database.deleteFrom('picsAppLedger').execute();
  await database.deleteFrom('apps').execute();
  const games = Array.from({ length: GAMES }, (_, index) => 1_000 + index);
  await database
    .insertInto('apps')
    .values([
      ...games.map((appid) => ({ appid, name: `Game ${appid}`, type: 'game' })),
      { appid: 10, name: NASTY, type: 'dlc' },
      { appid: 20, name: 'Half-Life: Soundtrack', type: 'dlc' },
      { appid: 30, name: 'Portal', type: 'game' },
    ])
    .execute();
  const failed = { wantedChangeNumber: 5, attempts: 12, failedAt: new Date('2026-11-01') };
  const retried = { wantedChangeNumber: 5, attempts: 5, lastError: 'NoResponse: none in 30 s' };
  await database
    .insertInto('picsAppLedger')
    .values([
      ...games.map((id) => ({ id, ...failed, lastError: `NoResponse: app ${id} failed after 12 attempts` })),
      { id: 10, ...failed, lastError: `RowRefused: ${NASTY}` },
      { id: 20, ...failed, lastError: 'RowRefused: too long' },
    ])
    .execute();
  await database
    .insertInto('picsAppLedger')
    .values([
      { id: 30, ...retried, notBefore: new Date(Date.now() + 3_600_000) },
      { id: 40, ...retried, batchId: 'a' },
      { id: 50, ...retried, attempts: 0, staleAnswers: 2, lastError: null },
    ])
    .execute();
}

describe.skipIf(!program)('the page of failures in a browser', () => {
  let board: TestBoard;
  let browser: Browser;
  let page: Page;
  let consoleErrors: string[];

  async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext(options);
    const opened = await context.newPage();
    opened.setDefaultTimeout(30_000);
    opened.on('console', (message) => message.type() === 'error' && consoleErrors.push(message.text()));
    opened.on('pageerror', (error) => consoleErrors.push(error.message));
    return opened;
  }

  beforeAll(async () => {
    board = await startTestBoard();
    browser = await openBrowser(program ?? '');
  });

  beforeEach(async () => {
    consoleErrors = [];
    await insertFailures(board);
    page = await openPage();
    await page.goto(`${board.url}/failures`);
  });

  afterEach(() => page.context().close());

  const rows = () => page.locator('#failing tbody tr');
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const dialog = () => page.getByRole('dialog');
  const pendingApps = async () => {
    const pending = await board.database
      .selectFrom('picsAppLedger')
      .select('id')
      .where('failedAt', 'is', null)
      .where('attempts', '=', 0)
      .where('staleAnswers', '=', 0)
      .orderBy('id')
      .execute();
    return pending.map(({ id }) => id);
  };

  test('lists every failed app in pages, and filters by reason, type and name', async () => {
    await page.getByText('1 to 100 of 152 apps').waitFor();
    await page.getByRole('link', { name: 'Next' }).click();
    await page.getByText('101 to 152 of 152 apps').waitFor();
    expect(await rows().count()).toBe(52);

    await page.getByLabel('Type').selectOption('dlc');
    await button('Filter').click();
    await page.getByText('1 to 2 of 2 apps').waitFor();
    await page.getByRole('textbox', { name: 'Name or id' }).fill('half-life');
    await page.keyboard.press('Enter');
    await page.getByText('1 to 1 of 1 app', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Clear' }).click();
    await page.getByLabel('Reason').selectOption('NoResponse: app # failed after # attempts');
    await button('Filter').click();
    await page.getByText('1 to 100 of 150 apps').waitFor();
    expect(consoleErrors).toEqual([]);
  });

  test('shows what is being retried: which attempt comes next, and when', async () => {
    await page.getByRole('link', { name: 'Being retried 3' }).click();
    const portal = page.locator('#app-30');
    await portal.getByText('6 of 12').waitFor();
    expect(await portal.textContent()).toMatch(/in (59m|1h)/);
    expect(await page.locator('#app-40').textContent()).toContain('in a batch');
    expect(await page.locator('#app-50').textContent()).toMatch(/older than the announced change[^]*now/);
  });

  test('requeues nothing unless the number is confirmed, and then all apps that the filter leaves', async () => {
    await button('Requeue 152 apps').click();
    await dialog().getByRole('heading', { name: 'Requeue 152 apps?' }).waitFor();
    // Enter a second time, by mistake, must not send it.
    await page.keyboard.press('Enter');
    await dialog().waitFor({ state: 'hidden' });
    expect(await pendingApps()).toEqual([]);

    await page.goto(`${board.url}/failures?type=dlc`);
    await button('Requeue 2 apps').click();
    await dialog().getByRole('button', { name: 'Requeue 2 apps' }).click();
    await page.getByRole('status').getByText('2 apps requeued.').waitFor();
    expect(await pendingApps()).toEqual([10, 20]);
    await page.getByText('No failed app matches.').waitFor();
    await page.getByRole('link', { name: 'Failed 150' }).waitFor();
    // The button stands for other apps now, so the focus is not on it.
    await page.locator('#requeues-title:focus').waitFor();
    expect(consoleErrors).toEqual([]);
  });

  test('requeues the selected apps only, and follows them to where they went', async () => {
    await page.getByLabel('Select Game 1003').check();
    await page.getByLabel('Select Game 1005').check();
    await button('Requeue 2 selected').click();
    await dialog().getByRole('button', { name: 'Requeue 2 apps' }).click();
    const progress = page.locator('#requeues li').first();
    await progress.getByText('0 done, 2 to do').waitFor();
    expect(await pendingApps()).toEqual([1_003, 1_005]);
    expect(await rows().count()).toBe(100);
    expect(await page.locator('#app-1003').count()).toBe(0);

    await board.database
      .updateTable('picsAppLedger')
      .set({ settledChangeNumber: 5 })
      .where('id', '=', 1_003)
      .execute();
    await progress.getByText('1 done, 1 to do').waitFor();
    await board.database
      .updateTable('picsAppLedger')
      .set({ failedAt: new Date(), lastError: 'RowRefused: again' })
      .where('id', '=', 1_005)
      .execute();
    await progress.getByText('1 done, 1 failed again').waitFor();

    await progress.getByRole('link', { name: 'Show the 2 apps' }).click();
    await page.locator('#app-1003').getByText('settled').waitFor();
    expect(await page.locator('#app-1005').textContent()).toContain('again');
    await page.getByRole('link', { name: 'Failed 151' }).waitFor();
  });

  test('selects the page at once, and keeps the selection while a requeue is followed', async () => {
    await page.getByLabel('Select this page').check();
    await button('Requeue 100 selected').waitFor();
    await page.getByLabel('Select this page').uncheck();
    await page.getByLabel('Select Game 1000').check();
    await button('Requeue 1 selected').click();
    await dialog().getByRole('button', { name: 'Requeue 1 app' }).click();
    const progress = page.locator('#requeues li').first();
    await progress.getByText('0 done, 1 to do').waitFor();
    await page.getByLabel('Select Game 1001').check();
    await board.database
      .updateTable('picsAppLedger')
      .set({ settledChangeNumber: 5 })
      .where('id', '=', 1_000)
      .execute();
    await progress.getByText('1 done', { exact: true }).waitFor();
    expect(await page.getByLabel('Select Game 1001').isChecked()).toBe(true);
    await page.locator('#app-1001 input:focus').waitFor();
    await button('Requeue 1 selected').waitFor();
  });

  test('works with the keyboard alone', async () => {
    await page.getByLabel('Select Game 1000').focus();
    await page.keyboard.press('Space');
    await button('Requeue 1 selected').focus();
    await page.keyboard.press('Enter');
    await page.locator('dialog button:focus', { hasText: 'Cancel' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('1 app requeued.').waitFor();
    expect(await claimBatch(board.database, { size: 200 })).toMatchObject({ appids: [1_000] });
  });

  test.for([
    ['light', 1280],
    ['dark', 1280],
    ['light', 375],
    ['dark', 375],
  ] as const)(
    'has no accessibility fault that axe finds, and no sideways scrolling (%s, %d pixels)',
    async ([colorScheme, width]) => {
      await board.send('/api/requeue', { method: 'POST', body: { appids: [1_000, 1_001] } });
      const viewed = await openPage({ colorScheme, viewport: { width, height: 900 } });
      const expectNoFaults = async () => expect(await findAccessibilityFaults(viewed)).toEqual([]);
      for (const path of ['failures', 'failures?state=retrying', 'failures?name=nothing']) {
        await viewed.goto(`${board.url}/${path}`);
        if (path === 'failures') {
          await viewed.getByRole('button', { name: 'Requeue 150 apps' }).click();
          await viewed.getByRole('dialog').waitFor();
          await expectNoFaults();
          await viewed.keyboard.press('Escape');
        }
        await expectNoFaults();
        expect(await measureOverflow(viewed)).toBeLessThanOrEqual(0);
      }
      await viewed.context().close();
    },
  );

  test('is readable without scripts, shows names and reasons as text, and offers nothing when read-only', async () => {
    const plain = await openPage({ javaScriptEnabled: false });
    await plain.goto(`${board.url}/failures?type=dlc`);
    expect(await plain.locator('#app-10').textContent()).toContain(`RowRefused ${NASTY}`);
    await plain.context().close();
    const readOnly = await startTestBoard({ BOARD_READ_ONLY: true });
    await insertFailures(readOnly);
    await page.goto(`${readOnly.url}/failures`);
    await page.getByText('1 to 100 of 152 apps').waitFor();
    expect(await page.getByRole('checkbox').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Requeue' }).count()).toBe(0);
    expect(consoleErrors).toEqual([]);
  });
});
