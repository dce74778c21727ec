import { resolve } from 'node:path';
import {
  claimSource,
  connectDatabase,
  countLedger,
  updateFleetSettings,
  type Database,
} from '@pics/database';
import type { Simulator } from '@pics/simulator';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { waitUntil } from '@pics/local';
import { findBrowser, openBrowser } from '../support/browser.ts';
import { closeEverything } from '../support/cleanup.ts';
import { startPipeline, type Pipeline } from '../support/pipeline.ts';
import { createTestPostgres } from '../support/postgres.ts';
import { startTestSimulator } from '../support/simulator.ts';

/**
 * Takes the screenshots of the documentation: `node test/screenshots/main.ts` runs the whole pipeline against the simulator
 * and writes docs/images/*.png. The throughput of the last day is generated, because measuring it would take a day.
 */
const IMAGES = resolve(import.meta.dirname, '../../docs/images');
const DESKTOP = { viewport: { width: 1280, height: 1000 } };
const PHONE = { viewport: { width: 375, height: 812 }, deviceScaleFactor: 2 };

const CHANGES_OF_APP = 40;

/** Slow enough that the first run can be seen under way. */
const FIRST_RATE = 2;

async function takeScreenshots(program: string): Promise<void> {
  const simulator = await startTestSimulator({ apps: 12_000, seed: 2026, changesPerMinute: 40 });
  const { url: databaseUrl } = await createTestPostgres();
  await claimForSimulator(databaseUrl);
  const pipeline = await startPipeline(simulator, {
    fetchers: 2,
    board: true,
    databaseUrl,
    env: { FETCH_RATE_PER_SECOND: String(FIRST_RATE), STEAM_REQUEST_TIMEOUT_MS: '1000' },
  });
  const { database } = pipeline;
  const browser = await openBrowser(program);
  const url = pipeline.services.board?.url.replace('127.0.0.1', 'localhost') ?? '';
  await takeFirstRun(browser, url, database);
  await updateFleetSettings(database, { fetchRate: 20 });
  await pipeline.settled(180_000);
  await updateFleetSettings(database, { fetchRate: 2 });
  await breakSomeApps(simulator, pipeline);
  await generateThroughput(database);

  const appid = await findRichApp(database);
  await take(browser, 'overview-light', url, { ...DESKTOP, colorScheme: 'light' }, overviewIsLive);
  await take(browser, 'overview-dark', url, { ...DESKTOP, colorScheme: 'dark' }, overviewIsLive);
  await take(browser, 'overview-phone', url, { ...PHONE, colorScheme: 'light' }, overviewIsLive);
  await changeApp(simulator, pipeline, appid);
  await take(browser, 'app', `${url}/apps/${appid}`, { ...DESKTOP, viewport: { width: 1280, height: 760 } });
  await take(browser, 'app-history', `${url}/apps/${appid}#builds`, DESKTOP);
  const short = { viewport: { width: 1280, height: 760 } };
  await take(browser, 'failures', `${url}/failures`, short);
  await take(browser, 'search', `${url}/apps?q=lost+valley`, short);
  const failed = `${url}/queues/queue/pics-fetch?status=failed`;
  await take(browser, 'queues', failed, { viewport: { width: 1280, height: 640 } }, (page) =>
    page.getByRole('tab', { name: 'Data' }).click(),
  );
  await pipeline.services.producer.stop();
  await take(browser, 'overview-trouble', url, { ...DESKTOP, colorScheme: 'light' }, async (page) => {
    await overviewIsLive(page);
    await page.getByRole('heading', { level: 1, name: 'No producer running' }).waitFor();
  });
}

/** The overview while the catalogue is fetched for the first time. */
async function takeFirstRun(browser: Browser, url: string, database: Database): Promise<void> {
  const isUnderWay = async () => (await countLedger(database)).settled > 2_000;
  if (!(await waitUntil(isUnderWay, 120_000))) throw new Error('the first run did not get under way');
  await take(browser, 'overview-first-run', url, { ...DESKTOP, colorScheme: 'light' }, overviewIsLive);
}

async function take(
  browser: Browser,
  name: string,
  url: string,
  options: BrowserContextOptions,
  isReady: (page: Page) => Promise<unknown> = async () => {},
): Promise<void> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(url);
  await isReady(page);
  await page.screenshot({ path: resolve(IMAGES, `${name}.png`), fullPage: name === 'overview-light' });
  await context.close();
}

async function overviewIsLive(page: Page): Promise<void> {
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByRole('img', { name: /^Apps a second in the last hour: now / }).waitFor();
}

/** Marks the database as filled by the simulator, so that the pages say that the apps are generated. */
async function claimForSimulator(databaseUrl: string): Promise<void> {
  const database = connectDatabase(databaseUrl, { applicationName: 'screenshots', maxConnections: 1 });
  await claimSource(database, 'simulator');
  await database.destroy();
}

/** Generates a night of catching up, followed by a quiet day of following changes. */
async function generateThroughput(database: Database): Promise<void> {
  const { settled } = await countLedger(database);
  const counted = () => database.selectFrom('picsThroughput').selectAll().execute();
  // Replaces the measured minutes, so all of them must have been counted first.
  const isCounted = async () => (await counted()).reduce((sum, { apps }) => sum + apps, 0) >= settled;
  if (!(await waitUntil(isCounted, 30_000))) throw new Error('the throughput was not counted');
  const now = Math.max(...(await counted()).map(({ minute }) => minute.getTime()));
  const minutes = Array.from({ length: 24 * 60 }, (_, index) => {
    const requests = 34 + 22 * Math.sin(index / 17) + 14 * Math.sin(index / 3.1) + 8 * Math.sin(index * 1.7);
    const isBulk = index > 900;
    return {
      minute: new Date(now - (index + 1) * 60_000),
      requests: isBulk ? 118 : Math.round(requests),
      apps: isBulk ? 23_000 + Math.round(500 * Math.sin(index)) : Math.round(requests * 4.2),
    };
  });
  await database.deleteFrom('picsThroughput').execute();
  await database.insertInto('picsThroughput').values(minutes).execute();
}

/** Makes apps fail for two reasons: bodies that are cut off, and one app without a response. */
async function breakSomeApps(simulator: Simulator, { database }: Pipeline): Promise<void> {
  const apps = await database
    .selectFrom('apps')
    .select('appid')
    .where('type', '=', 'game')
    .where('picsAccess', '=', 'public')
    .orderBy('appid', 'desc')
    .limit(5)
    .execute();
  const [silent = 0, ...broken] = apps.map(({ appid }) => appid);
  simulator.arm({ kind: 'no-answer', appids: [silent] });
  await database
    .updateTable('picsAppLedger')
    .set({ attempts: 11, settledChangeNumber: null })
    .where('id', '=', silent)
    .execute();
  for (const appid of broken) {
    simulator.editApp(appid, {
      text: Buffer.from('"appinfo"\n{\n\t"cut'),
      missingToken: false,
      onlyPublic: false,
    });
  }
  const haveFailed = async () => {
    const failed = await database
      .selectFrom('picsAppLedger')
      .select('id')
      .where('failedAt', 'is not', null)
      .execute();
    return failed.length >= apps.length;
  };
  if (!(await waitUntil(haveFailed, 60_000))) throw new Error('the apps that were broken did not fail');
}

/** Changes an app several times, so that it has a history. */
async function changeApp(simulator: Simulator, { database }: Pipeline, appid: number): Promise<void> {
  const readStored = async () => {
    const row = database.selectFrom('picsAppLedger').select('storedChangeNumber').where('id', '=', appid);
    return (await row.executeTakeFirst())?.storedChangeNumber ?? 0;
  };
  for (let change = 0; change < CHANGES_OF_APP; change += 1) {
    const [released] = simulator.releaseApps([appid]);
    const isStored = async () => (await readStored()) >= (released?.changeNumber ?? 0);
    if (!(await waitUntil(isStored, 30_000))) throw new Error('a change of the app was not stored');
  }
}

/** Finds an app with a value in as many fields as possible. */
async function findRichApp(database: Database): Promise<number> {
  const { appid } = await database
    .selectFrom('apps')
    .innerJoin('appDlc', 'appDlc.appid', 'apps.appid')
    .select('apps.appid')
    .where('metacriticScore', 'is not', null)
    .where('languages', 'is not', null)
    .where('picsAccess', '=', 'public')
    .where(
      'apps.appid',
      'in',
      database.selectFrom('appBranches').select('appid').where('branch', '=', 'beta_2'),
    )
    .orderBy('apps.appid')
    .limit(1)
    .executeTakeFirstOrThrow();
  return appid;
}

const program = await findBrowser();
if (!program) process.exit(1);
try {
  await takeScreenshots(program);
} finally {
  await closeEverything();
}
