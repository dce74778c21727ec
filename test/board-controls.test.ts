import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { getFleetSettings } from '@pics/database';
import { findAccessibilityFaults } from './support/axe.ts';
import { startTestBoard, type TestBoard } from './support/board.ts';
import { findBrowser, openBrowser } from './support/browser.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const program = await findBrowser();

describe.skipIf(!program)('the controls of the overview', () => {
  let board: TestBoard;
  let browser: Browser;
  let page: Page;
  let consoleErrors: string[];

  async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
    const opened = await (await browser.newContext(options)).newPage();
    opened.setDefaultTimeout(30_000);
    opened.on('console', (message) => message.type() === 'error' && consoleErrors.push(message.text()));
    opened.on('pageerror', (error) => consoleErrors.push(error.message));
    return opened;
  }

  beforeAll(async () => {
    board = await startTestBoard();
    browser = await openBrowser(program ?? '');
  });

  /** Three apps that failed within the last hour for two reasons, one that failed long ago, and one that is settled. */
  beforeEach(async () => {
    consoleErrors = [];
    await board.database.deleteFrom('picsAppLedger').execute();
    const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
    await board.database
      .insertInto('picsAppLedger')
      .values([
        { id: 10, wantedChangeNumber: 7, failedAt: minutesAgo(20), lastError: 'NoResponse: in 30 s' },
        { id: 20, wantedChangeNumber: 7, failedAt: minutesAgo(30), lastError: 'NoResponse: in 31 s' },
        { id: 30, wantedChangeNumber: 7, failedAt: minutesAgo(40), lastError: 'RowRefused: too long' },
        { id: 40, wantedChangeNumber: 7, failedAt: minutesAgo(9_999), lastError: 'RowRefused: too long' },
        { id: 50, wantedChangeNumber: 7, settledChangeNumber: 7, storedChangeNumber: 7 },
      ])
      .execute();
    page = await openPage();
  });

  afterEach(async () => {
    if (consoleErrors.length > 0) throw new Error(consoleErrors.join('\n'));
    await page.context().close();
  });

  const result = () => page.locator('#result[role=status]');
  const dialog = () => page.getByRole('dialog');
  const isLive = () => page.getByText('Live', { exact: true }).waitFor();
  const countFailed = async () => {
    const failed = await board.database
      .selectFrom('picsAppLedger')
      .select('id')
      .where('failedAt', 'is not', null)
      .execute();
    return failed.length;
  };
  const fillRequeue = async (by: string, value?: string) => {
    await page.getByLabel('Requeue', { exact: true }).selectOption(by);
    if (value !== undefined) await page.getByLabel('Value', { exact: true }).fill(value);
  };
  const pressRequeue = () =>
    page.locator('form[data-action=requeue]').getByRole('button', { name: 'Requeue' }).click();

  test('asks with the number of apps before it requeues all of them', async () => {
    await page.goto(board.url);
    await fillRequeue('all known apps');
    await pressRequeue();
    await dialog().getByRole('heading', { name: 'Requeue 5 apps?' }).waitFor();
    await page.keyboard.press('Enter');
    await dialog().waitFor({ state: 'hidden' });
    await pressRequeue();
    await dialog().getByRole('heading', { name: 'Requeue 5 apps?' }).waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'hidden' });
    expect(await countFailed()).toBe(4);

    await pressRequeue();
    await dialog().getByRole('button', { name: 'Requeue 5 apps' }).click();
    await result().getByText('5 apps requeued.').waitFor();
    expect(await countFailed()).toBe(0);
    await page.locator('button:focus', { hasText: 'Requeue' }).waitFor();
  });

  test('takes a time, a rate and ids as the command line takes them', async () => {
    await page.goto(board.url);
    await fillRequeue('apps that failed since', '2h');
    await page.getByRole('button', { name: 'Count' }).click();
    await result().getByText('3 apps would be requeued.').waitFor();
    const day = new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10);
    for (const since of [day, `${day}T13:05`, `${day} 13:05`]) {
      await fillRequeue('apps that failed since', since);
      await page.getByRole('button', { name: 'Count' }).click();
      await result().getByText('4 apps would be requeued.').waitFor();
      await result().click();
    }
    const rate = page.getByLabel('Requests a second, all fetchers together');
    await rate.fill('30/min');
    await page.getByRole('button', { name: 'Set', exact: true }).click();
    await result().getByText('Rate set to 0.5 requests a second').waitFor();
    expect(await getFleetSettings(board.database)).toMatchObject({ fetchRate: 0.5 });
    await rate.fill('default');
    await page.getByRole('button', { name: 'Set', exact: true }).click();
    await result().getByText('Rate reset').waitFor();
    await page.getByLabel('Sync now: appids').fill('440,570 730');
    await page.getByRole('button', { name: 'Sync' }).click();
    await result().getByText('3 apps will be fetched now.').waitFor();
  });

  test('warns about a rate above 2 a second where it is set, and as long as it is set', async () => {
    await page.goto(board.url);
    await page.getByLabel('Requests a second, all fetchers together').fill('5');
    await page.getByRole('button', { name: 'Set', exact: true }).click();
    await result().getByText('Steam is known to tolerate 2 requests a second.').waitFor();
    expect(await result().getAttribute('data-level')).toBe('warn');
    await page.locator('#fleet .warning').getByText('Steam is known to tolerate 2').waitFor();
    await page.getByRole('button', { name: 'Reset' }).click();
    await page.locator('#fleet .warning').waitFor({ state: 'detached' });
  });

  test('takes results off the page after a while', async () => {
    await page.clock.install();
    await page.goto(board.url);
    await page.getByRole('button', { name: 'Pause' }).click();
    await result().getByText('Paused: no new batches are dispatched.').waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await result().getByText('Resumed.').waitFor();
    await page.clock.fastForward(9_000);
    await expect.poll(() => result().textContent()).toBe('');
  });

  test('moves the focus to no other group when the row of the pressed button is removed', async () => {
    await page.goto(board.url);
    await isLive();
    const button = page.getByRole('button', { name: 'Requeue 2 apps that failed with NoResponse' });
    await button.focus();
    await page.keyboard.press('Enter');
    await dialog().getByRole('button', { name: 'Requeue 2 apps' }).click();
    await button.waitFor({ state: 'detached' });
    await page.locator('#failures-title:focus').waitFor();
    await page.keyboard.press('Enter');
    expect(await countFailed()).toBe(2);
  });

  test('keeps the focus on the button of its own group when another group appears above it', async () => {
    await page.goto(board.url);
    await isLive();
    const button = page.getByRole('button', { name: 'Requeue 2 apps that failed with RowRefused' });
    await button.focus();
    await board.database
      .insertInto('picsAppLedger')
      .values(
        [60, 70, 80].map((id) => ({
          id,
          wantedChangeNumber: 7,
          failedAt: new Date(),
          lastError: 'KeyValuesError: torn',
        })),
      )
      .execute();
    await page.getByRole('button', { name: 'Requeue 3 apps that failed with KeyValuesError' }).waitFor();
    const focused = page.locator('button:focus');
    expect(await focused.getAttribute('aria-label')).toBe('Requeue 2 apps that failed with RowRefused');
  });

  test.for(['light', 'dark'] as const)(
    'have no accessibility fault that axe finds in their dialog, their warnings and their trouble (%s)',
    async (colorScheme) => {
      page = await openPage({ colorScheme, viewport: { width: 375, height: 800 } });
      await page.clock.install();
      await page.goto(board.url);
      await page.getByLabel('Requests a second, all fetchers together').fill('5');
      await page.getByRole('button', { name: 'Set', exact: true }).click();
      await page.locator('#fleet .warning').waitFor();
      expect(await findAccessibilityFaults(page)).toEqual([]);
      await fillRequeue('apps that failed since', 'yesterday');
      await pressRequeue();
      await page.locator('#result[data-level=bad]').waitFor();
      expect(await findAccessibilityFaults(page)).toEqual([]);
      await fillRequeue('all known apps');
      await pressRequeue();
      await dialog().waitFor();
      expect(await findAccessibilityFaults(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Reset' }).click();
      await page.context().setOffline(true);
      await page.clock.fastForward(40_000);
      await page.getByRole('heading', { level: 1, name: 'Not live' }).waitFor();
      expect(await findAccessibilityFaults(page)).toEqual([]);
      consoleErrors = consoleErrors.filter((text) => !/status of 400|ERR_INTERNET_DISCONNECTED/.test(text));
    },
  );

  test('are all reached with Tab, in the order of the page, each with a visible focus', async () => {
    await page.goto(board.url);
    await isLive();
    const focusable = 'a[href], button, input:not([type=hidden]), select, summary, [tabindex="0"]';
    // The elements themselves: an update of the page takes marks off them.
    const count = await page.evaluate<number>(`
      (globalThis.inOrder = [...document.querySelectorAll('${focusable}')].filter(
        (element) => element.checkVisibility() && !(element.type === 'radio' && !element.checked),
      )).length
    `);
    for (let tab = 0; tab < count; tab += 1) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate<[number, string]>(`
        [globalThis.inOrder.indexOf(document.activeElement), getComputedStyle(document.activeElement).outlineStyle]
      `);
      expect(focused).toEqual([tab, 'solid']);
    }
  });
});
