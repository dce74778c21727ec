import type { BrowserContextOptions } from 'playwright-core';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { bodyOf, finishFirstFill, send } from '../packages/database/src/write/history/testing/send.ts';
import { findAccessibilityFaults, measureOverflow } from './support/axe.ts';
import { startTestBoard } from './support/board.ts';
import { findBrowser, openBrowser } from './support/browser.ts';

vi.setConfig({ testTimeout: 90_000 });

const program = await findBrowser();

/** A board with an app of 40 changes, each with a name and a build, and one of 12 branches. */
async function startBoard() {
  const board = await startTestBoard();
  const write = async (appid: number, changeNumber: number, name: string, branches: number) => {
    const build = {
      buildid: String(changeNumber),
      timeupdated: String(1_700_000_000 + changeNumber * 86_400),
    };
    const all = Object.fromEntries(Array.from({ length: branches }, (_, index) => [`beta-${index}`, build]));
    const body = bodyOf(appid, {
      common: { name, type: 'game' },
      depots: { branches: { public: build, ...all } },
    });
    await send(board.database, [{ appid, changeNumber, body }]);
  };
  await finishFirstFill(board.database);
  for (let number = 1; number <= 40; number++) await write(440, number, `Fortress ${number}`, 0);
  await write(570, 50, 'Ancients', 12);
  await write(570, 51, 'Ancients', 12);
  const browser = await openBrowser(program ?? '');
  const openPage = async (options: BrowserContextOptions = {}) => {
    const page = await browser.newPage(options);
    const errors: string[] = [];
    page.setDefaultTimeout(30_000);
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(error.message));
    onTestFinished(async () => {
      await page.close();
      expect(errors).toEqual([]);
    });
    return page;
  };
  return { url: board.url, write, openPage };
}

describe.skipIf(program === undefined)('history on the board in a browser', async () => {
  const { url, write, openPage } = await startBoard();

  test('a change appears on the open page of changes, and what the reader has opened stays open', async () => {
    const page = await openPage();
    await page.goto(`${url}/changes`);
    await page.getByText('Live', { exact: true }).waitFor();
    const ancients = page.getByRole('listitem').filter({ hasText: 'Ancients' }).first();
    await ancients.getByText('more').click();
    await ancients.getByText('Build of beta-9').waitFor();
    await write(730, 60, 'Global', 0);
    await page.getByRole('listitem').first().filter({ hasText: 'Global' }).waitFor();
    expect(await ancients.getByText('Build of beta-9').isVisible()).toBe(true);
    // It leads to the change on the page of the app.
    await page.getByRole('link', { name: 'change 60' }).click();
    await page.getByRole('heading', { level: 1, name: 'Global' }).waitFor();
    expect(new URL(page.url()).hash).toBe('#change-60');
  });

  test('the changes are filtered and paged without JavaScript', async () => {
    const page = await openPage({ javaScriptEnabled: false });
    await page.goto(`${url}/changes`);
    await page.getByRole('combobox', { name: 'Field' }).selectOption({ label: 'Name' });
    await page.getByRole('combobox', { name: 'Type' }).selectOption({ label: 'App changed' });
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByText('Fortress 39 → Fortress 40').waitFor();
    expect(await page.getByText('Build of').count()).toBe(0);
    await page.getByRole('link', { name: 'Clear' }).click();
    await page.getByText('Build of beta-0').first().waitFor();
  });

  test('a link to an old change of an app opens the page of the history that has it', async () => {
    const page = await openPage();
    await page.goto(`${url}/apps/440#change-3`);
    const change = page.locator('#change-3');
    await change.getByText('Fortress 2 → Fortress 3').waitFor();
    await expect.poll(() => change.evaluate((one) => one.matches(':target'))).toBe(true);
    await page.getByRole('link', { name: 'Newest' }).click();
    await page.locator('#change-40').waitFor();
    await page.getByRole('link', { name: 'Older →' }).click();
    await page.locator('#change-10').waitFor();
  });

  test('two versions are chosen and compared', async () => {
    const page = await openPage();
    await page.goto(`${url}/apps/440`);
    await page.getByRole('link', { name: 'diff of change 40' }).click();
    await page.getByText('Lines added: 3, removed: 3').waitFor();
    await page.getByRole('combobox', { name: 'From' }).selectOption('7');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByText(/^-\s+"name"\s+"Fortress 7"/).waitFor();
    expect(await page.getByText(/^\+\s+"name"\s+"Fortress 40"/).count()).toBe(1);
  });

  test.for([
    ['light', 1280],
    ['dark', 375],
  ] as const)(
    'has no fault that axe finds, and no sideways scrolling (%s, %d pixels)',
    async ([colorScheme, width]) => {
      const page = await openPage({ colorScheme, viewport: { width, height: 900 } });
      for (const path of ['changes', 'changes?type=app.removed', 'apps/440', 'apps/570', 'apps/440/diff']) {
        await page.goto(`${url}/${path}`);
        for (const details of await page.locator('summary').all()) await details.click();
        const faults = await findAccessibilityFaults(page);
        expect(faults.map((fault) => `${path}: ${fault}`)).toEqual([]);
        expect(await measureOverflow(page)).toBeLessThanOrEqual(0);
      }
    },
  );
});
