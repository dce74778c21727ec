import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { updateFleetSettings } from '@pics/database';
import type { Simulator } from '@pics/simulator';
import { findAccessibilityFaults, measureOverflow } from './support/axe.ts';
import { findBrowser, openBrowser } from './support/browser.ts';
import { startPipeline, type Pipeline } from './support/pipeline.ts';
import { startTestSimulator } from './support/simulator.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const program = await findBrowser();

describe.skipIf(!program)('the board in a browser', () => {
  let simulator: Simulator;
  let pipeline: Pipeline;
  let browser: Browser;
  let url: string;
  let page: Page;
  /** The hosts that the page loaded from, and the errors in its console. */
  let hosts: Set<string>;
  let consoleErrors: string[];

  async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext(options);
    const opened = await context.newPage();
    opened.setDefaultTimeout(30_000);
    opened.on('request', (request) => hosts.add(new URL(request.url()).origin));
    opened.on('console', (message) => message.type() === 'error' && consoleErrors.push(message.text()));
    opened.on('pageerror', (error) => consoleErrors.push(error.message));
    return opened;
  }

  beforeAll(async () => {
    simulator = await startTestSimulator({ apps: 60, seed: 11 });
    pipeline = await startPipeline(simulator, {
      board: true,
      env: { STEAM_REQUEST_TIMEOUT_MS: '1000', FETCH_BATCH_SIZE: '20' },
    });
    url = pipeline.services.board?.url.replace('127.0.0.1', 'localhost') ?? '';
    browser = await openBrowser(program ?? '');
    await pipeline.settled(60_000);
  });

  beforeEach(async () => {
    hosts = new Set();
    consoleErrors = [];
    page = await openPage();
  });

  afterEach(async () => {
    await page.context().close();
    await updateFleetSettings(pipeline.database, { paused: false, fetchRate: null });
  });

  /** An app with a name. Each test uses its own index, so that tests do not break each other's app. */
  const appWithName = async (index: number) => {
    const named = await pipeline.database
      .selectFrom('apps')
      .select(['appid', 'name'])
      .where('name', 'is not', null)
      .where('picsAccess', '=', 'public')
      .orderBy('appid')
      .offset(index)
      .limit(1)
      .executeTakeFirstOrThrow();
    return { appid: named.appid, name: named.name ?? '' };
  };

  /** Changes the text of an app at Steam. */
  const edit = (appid: number, text: string) =>
    simulator.editApp(appid, { text: Buffer.from(text), missingToken: false, onlyPublic: false });

  const failures = () => page.locator('#failures tbody tr');

  test('shows the state of the pipeline, and follows it without a reload', async () => {
    await page.goto(url);
    await page.getByRole('heading', { level: 1, name: 'Up to date with Steam' }).waitFor();
    for (const service of ['board', 'fetcher', 'producer', 'writer']) {
      await page.locator('#services').getByRole('rowheader', { name: service }).waitFor();
    }
    await page.getByRole('img', { name: /^Apps a second in the last hour: now / }).waitFor();
    await page.evaluate('globalThis.neverReloaded = true');

    const { appid, name } = await appWithName(0);
    const common = '\t"common"\n\t{\n\t\t"name"\t\t"Renamed meanwhile"\n\t}\n';
    edit(appid, `"appinfo"\n{\n\t"appid"\t\t"${appid}"\n${common}}\n`);
    await page.locator('#changes').getByRole('rowheader', { name: 'Renamed meanwhile' }).waitFor();
    expect(name).not.toBe('Renamed meanwhile');
    expect(await page.evaluate('globalThis.neverReloaded')).toBe(true);
    expect([...hosts]).toEqual([url]);
    expect(consoleErrors).toEqual([]);
  });

  test('shows an app that fails, requeues it with a button, and shows it settled', async () => {
    await page.goto(url);
    const { appid, name } = await appWithName(1);
    const { text } = simulator.findApp(appid) ?? {};
    edit(appid, '"appinfo"\n{\n\t"cut');
    await failures().getByText('KeyValuesError').waitFor();
    // It failed alone: the job completed with the other apps.
    expect(await page.getByRole('link', { name: 'failed jobs' }).count()).toBe(0);
    expect(await failures().getByRole('link', { name }).getAttribute('href')).toBe(`apps/${appid}`);

    edit(appid, text?.toString() ?? '');
    await page.getByRole('button', { name: 'Requeue 1 app that failed with KeyValuesError' }).click();
    await page.getByRole('status').getByText('1 app requeued.').waitFor();
    await page.getByText('No app has failed.').waitFor();
    // The button was removed with its row, so the focus moves to the heading of the section.
    await page.locator('#failures-title:focus').waitFor();

    await page.getByRole('searchbox').fill(String(appid));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await page.locator('section', { hasText: 'Ledger' }).getByText('settled', { exact: true }).waitFor();
    expect(consoleErrors).toEqual([]);
  });

  test('retries a job that failed for good from Bull Board, and the app settles', async () => {
    const { appid } = await appWithName(2);
    const fault = simulator.arm({ kind: 'no-answer', appids: [appid] });
    // Eleven attempts failed already: the next one is the last.
    await pipeline.database
      .updateTable('picsAppLedger')
      .set({ attempts: 11, settledChangeNumber: null })
      .where('id', '=', appid)
      .execute();
    await page.goto(url);
    await failures().getByText('NoResponse').waitFor();
    simulator.disarm(fault.id);

    await page.getByRole('link', { name: 'failed jobs of pics-fetch' }).click();
    await page.getByText(`app ${appid} failed after 12 attempts`).first().waitFor();
    // Bull Board's buttons have icons instead of names.
    await page.locator('button:has(.lucide-refresh-cw)', { hasNotText: 'Retry all' }).click();
    await page.getByRole('button', { name: 'Confirm' }).click();
    const isSettled = async () => {
      const app = await pipeline.database
        .selectFrom('picsAppLedger')
        .select(['failedAt', 'settledChangeNumber'])
        .where('id', '=', appid)
        .executeTakeFirstOrThrow();
      return app.failedAt === null && app.settledChangeNumber !== null;
    };
    await expect.poll(isSettled, { timeout: 30_000 }).toBe(true);

    // Bull Board links fonts on another host, which the policy blocks.
    expect([...hosts].filter((host) => host !== url && host !== 'https://fonts.googleapis.com')).toEqual([]);
    expect(consoleErrors.filter((text) => !text.includes('fonts.googleapis.com'))).toEqual([]);
    // The job is gone: the ledger has its app.
    await page.getByText('No failed jobs in this queue.').waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByText('No app has failed.').waitFor();
  });

  test('pauses, resumes, sets the rate and syncs, and shows each result', async () => {
    await page.goto(url);
    const result = page.getByRole('status');
    await page.getByRole('button', { name: 'Pause' }).click();
    await result.getByText('Paused: no new batches are dispatched.').waitFor();
    await page.getByRole('heading', { level: 1, name: 'Paused' }).waitFor();

    const { appid } = await appWithName(3);
    await page.getByLabel('Sync now: appids').fill(`${appid}, 999999`);
    await page.getByRole('button', { name: 'Sync' }).click();
    await result.getByText('2 apps will be fetched now.').waitFor();
    await page.locator('.tiles > div', { hasText: 'Wanted' }).getByText('2', { exact: true }).waitFor();

    await page.getByLabel('Requests a second, all fetchers together').fill('50');
    await page.getByRole('button', { name: 'Set', exact: true }).click();
    await result.getByText('Rate set to 50 requests a second for the whole fleet.').waitFor();
    await page.locator('#fleet').getByText('50 requests a second').waitFor();
    await page.getByRole('button', { name: 'Reset' }).click();
    await page.locator('#fleet').getByText('from FETCH_RATE_PER_SECOND').waitFor();

    await page.getByLabel('Requeue', { exact: true }).selectOption('apps of type');
    await page.getByLabel('Value', { exact: true }).fill('game');
    await page.getByRole('button', { name: 'Count' }).click();
    await result.getByText(/^\d+ apps would be requeued\.$/).waitFor();

    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('heading', { level: 1, name: 'Up to date with Steam' }).waitFor();
    await pipeline.settled(30_000);
    expect(consoleErrors).toEqual([]);
  });

  test('works with the keyboard alone, and keeps the focus while it changes', async () => {
    await page.goto(url);
    await page.keyboard.press('Tab');
    await page.locator(':focus', { hasText: 'Skip to content' }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('main:focus').waitFor();

    await page.getByRole('button', { name: 'Pause' }).focus();
    const services = await page.locator('#services').textContent();
    await expect.poll(() => page.locator('#services').textContent(), { timeout: 20_000 }).not.toBe(services);
    await page.locator('button:focus', { hasText: 'Pause' }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('button:focus', { hasText: 'Resume' }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('button:focus', { hasText: 'Pause' }).waitFor();
  });

  test.for([
    ['light', 1280],
    ['dark', 1280],
    ['light', 390],
    ['dark', 390],
  ] as const)(
    'has no accessibility fault that axe finds, and no sideways scrolling (%s, %d pixels)',
    async ([colorScheme, width]) => {
      const viewed = await openPage({ colorScheme, viewport: { width, height: 900 } });
      const { appid } = await appWithName(4);
      for (const path of ['/', '/failures', `/apps/${appid}`, '/apps?q=e', '/nowhere']) {
        await viewed.goto(url + path);
        if (path === '/') await viewed.getByText('Live', { exact: true }).waitFor();
        expect([path, await findAccessibilityFaults(viewed)]).toEqual([path, []]);
        expect(await measureOverflow(viewed)).toBeLessThanOrEqual(0);
      }
      await viewed.context().close();
    },
  );

  test('is readable without scripts', async () => {
    const plain = await openPage({ javaScriptEnabled: false });
    await plain.goto(url);
    await plain.getByRole('heading', { level: 1, name: 'Up to date with Steam' }).waitFor();
    expect(await plain.locator('#services tbody tr').count()).toBeGreaterThanOrEqual(4);
    await plain.context().close();
  });

  test('shows when it is no longer live', async () => {
    await page.goto(url);
    await page.getByText('Live', { exact: true }).waitFor();
    expect(await pipeline.services.board?.stop()).toBe(0);
    await page.getByText('Connection lost, reconnecting').waitFor();
  });
});
