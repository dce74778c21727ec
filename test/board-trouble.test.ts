import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { markWanted } from '@pics/database';
import { findFreePort } from '@pics/local';
import { startTestBoard, type TestBoard } from './support/board.ts';
import { findBrowser, openBrowser } from './support/browser.ts';
import { closeAtEnd } from './support/cleanup.ts';
import { findNginx, startNginx } from './support/nginx.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const program = await findBrowser();
const nginx = await findNginx();

/** The way from nginx to the board. While it is closed, nginx responds with 502. */
interface Gate {
  port: number;
  /** How many connections pass through it. */
  readonly connections: number;
  open(): Promise<void>;
  close(): Promise<void>;
  /** From now on nothing passes, and no connection ends. New connections work. */
  silence(): void;
}

async function createGate(target: number): Promise<Gate> {
  const port = await findFreePort();
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const board = connect(target, '127.0.0.1');
    client.pipe(board).pipe(client);
    for (const [socket, other] of [
      [client, board],
      [board, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy()).on('close', () => sockets.delete(socket) && other.destroy());
    }
  });
  const close = async () => {
    if (!server.listening) return;
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  };
  closeAtEnd('gate', close);
  return {
    port,
    get connections() {
      return sockets.size / 2;
    },
    open: async () => {
      if (server.listening) return;
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    close,
    silence: () => {
      for (const socket of sockets) socket.unpipe();
    },
  };
}

describe.skipIf(!program || !nginx)('an open overview behind nginx', () => {
  let board: TestBoard;
  let gate: Gate;
  let url: string;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const port = await findFreePort();
    url = `http://127.0.0.1:${port}/`;
    board = await startTestBoard({ BOARD_PUBLIC_URL: url });
    gate = await createGate(Number(new URL(board.url).port));
    if (nginx) await startNginx(nginx, port, `location / { proxy_pass http://127.0.0.1:${gate.port}; }`);
    browser = await openBrowser(program ?? '');
  });

  beforeEach(async () => {
    await gate.open();
    page = await openPage();
  });

  afterEach(() => page.context().close());

  async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
    const opened = await (await browser.newContext(options)).newPage();
    opened.setDefaultTimeout(30_000);
    return opened;
  }

  /** A browser without a window shows all its pages at all times. */
  const setHidden = (hidden: boolean) =>
    page.evaluate(`
      Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    `);
  const isLive = (viewed: Page) => viewed.getByText('Live', { exact: true }).waitFor();
  const headline = () => page.getByRole('heading', { level: 1 });
  const level = () => page.locator('#health').getAttribute('data-level');

  test('is live again without a reload after its stream got a 502', async () => {
    await page.goto(url);
    await isLive(page);
    await page.evaluate('globalThis.neverReloaded = true');
    const refused = page.waitForResponse((response) => response.status() === 502);
    await gate.close();
    await refused;
    await page.getByText('Connection lost, reconnecting').waitFor();
    await gate.open();
    await isLive(page);
    await markWanted(board.database, { appids: [440] });
    await page.locator('#counts').getByText('1', { exact: true }).first().waitFor();
    expect(await page.evaluate('globalThis.neverReloaded')).toBe(true);
  });

  test.for(['refuses', 'is silent'] as const)(
    'says in grey since when it is not live, 15 seconds after the last message, when the board %s',
    async (trouble) => {
      await page.clock.install();
      await page.goto(url);
      await isLive(page);
      const [before, levelBefore] = [await headline().textContent(), await level()];
      const lastUpdate = await page.evaluate<string>('new Date().toTimeString().slice(0, 5)');
      if (trouble === 'refuses') await gate.close();
      else gate.silence();
      await page.clock.fastForward(14_000);
      expect(await headline().textContent()).toBe(before);
      await page.clock.fastForward(3_000);
      await headline()
        .filter({ hasText: `Not live, last update ${lastUpdate}` })
        .waitFor();
      expect(await level()).toBe('quiet');

      await gate.open();
      await page.clock.fastForward(30_000);
      await headline()
        .filter({ hasText: before ?? '' })
        .waitFor();
      expect(await level()).toBe(levelBefore);
    },
  );

  test('is disconnected while it is hidden, and live as soon as it is visible', async () => {
    await page.goto(url);
    await isLive(page);
    await setHidden(true);
    await expect.poll(() => gate.connections, { timeout: 20_000 }).toBe(0);
    await markWanted(board.database, { appids: [570, 730] });
    await setHidden(false);
    await page
      .locator('#counts .tiles > div', { hasText: 'Wanted' })
      .getByText(/^[23]$/)
      .waitFor();
    expect(gate.connections).toBe(1);
  });

  test('counts the seconds by itself', async () => {
    await page.clock.install();
    await board.database
      .insertInto('picsChanges')
      .values({ changeNumber: 7, kind: 'app', id: 440, needsToken: false })
      .execute();
    await page.goto(url);
    await isLive(page);
    const age = page.locator('#changes time');
    await age.filter({ hasText: /^\d+s ago$/ }).waitFor();
    await gate.close();
    await page.clock.fastForward(10_000);
    await expect.poll(() => age.textContent(), { timeout: 5_000 }).toMatch(/^1\ds ago$/);
  });
});
