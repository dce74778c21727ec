import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { markWanted, updateFleetSettings } from '@pics/database';
import { FETCH_QUEUE, fetchJobSchema } from '@pics/core';
import { findFreePort } from '@pics/local';
import { startWorker } from '@pics/queue';
import { CREDENTIALS, LOGON, send, startTestBoard, type Sent, type TestBoard } from './support/board.ts';
import { findBrowser, openBrowser } from './support/browser.ts';
import { findNginx, startNginx } from './support/nginx.ts';

const nginx = await findNginx();
const program = await findBrowser();

/** The example of the documentation, which removes the path from the requests. */
const [, DOCUMENTED = ''] =
  /```nginx\n([^]*?)```/.exec(readFileSync(new URL('../docs/proxy.md', import.meta.url), 'utf8')) ?? [];

/** A proxy that passes the path on and has a host name of its own. */
const OWN_HOST = `
location /pics {
  proxy_pass http://127.0.0.1:3000;
  proxy_set_header Host board.internal;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
}`;

describe.skipIf(!nginx).each([
  ['as documented', DOCUMENTED],
  ['with a Host of its own that passes the path on', OWN_HOST],
])('the board behind nginx %s', (_name, config) => {
  let board: TestBoard;
  let host: string;
  let origin: string;

  beforeAll(async () => {
    const port = await findFreePort();
    host = `127.0.0.1:${port}`;
    origin = `http://${host}`;
    board = await startTestBoard({
      ...CREDENTIALS,
      BOARD_PUBLIC_URL: `${origin}/pics`,
      BOARD_TRUSTED_PROXIES: ['127.0.0.1'],
    });
    await board.database.insertInto('apps').values({ appid: 440, name: 'Team Fortress 2' }).execute();
    if (nginx) await startNginx(nginx, port, config.replaceAll('127.0.0.1:3000', board.host));
  });

  const ask = (path: string, sent: Sent = {}) =>
    send(host, path, { ...sent, headers: { ...LOGON, ...sent.headers } });

  test('leads every link, script and image of every page to something it serves', async () => {
    for (const page of [
      '/pics/',
      '/pics/apps?q=fortress',
      '/pics/apps/440',
      '/pics/failures',
      '/pics/nowhere',
      '/pics/queues',
    ]) {
      const { text } = await ask(page);
      const [, base = ''] = /<base href="([^"]+)"/.exec(text) ?? [];
      expect(base).toBe(page === '/pics/queues' ? '/pics/queues/' : '/pics/');
      const links = [...text.matchAll(/ (?:href|src|action)="([^"]+)"/g)]
        .map(([, link = '']) => new URL(link, origin + base))
        .filter((url) => url.origin === origin && url.hash === '');
      expect(links.length).toBeGreaterThan(4);
      for (const { pathname, search } of links) {
        const { status } = await ask(pathname + search);
        expect(`${pathname} ${status < 400}`).toBe(`${pathname} true`);
      }
    }
  });

  test('redirects below the path', async () => {
    const { headers } = await ask('/pics/apps?q=440');
    expect(headers.location).toBe('/pics/apps/440');
  });

  test('accepts what its buttons send, and refuses other origins', async () => {
    const press = (from: string, path: string, method: string) =>
      ask(path, { method, headers: { origin: from, 'sec-fetch-site': 'same-origin' }, body: {} });
    expect((await press(origin, '/pics/api/pause', 'POST')).status).toBe(200);
    expect((await press(origin, '/pics/queues/api/queues/pause', 'PUT')).status).toBe(200);
    expect((await press('http://evil.example', '/pics/api/pause', 'POST')).status).toBe(403);
  });

  test.skipIf(!program)(
    'does what its buttons say, and Bull Board’s, when they are pressed in a browser',
    async () => {
      const { database, queues } = board;
      await updateFleetSettings(database, { paused: false });
      await database
        .insertInto('picsAppLedger')
        .values({
          id: 440,
          wantedChangeNumber: 5,
          attempts: 12,
          failedAt: new Date(),
          lastError: 'NoResponse: 30 s',
        })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ failedAt: new Date() }))
        .execute();
      const browser = await openBrowser(program ?? '');
      const context = await browser.newContext({
        httpCredentials: { username: CREDENTIALS.BOARD_USER, password: CREDENTIALS.BOARD_PASSWORD },
      });
      const page = await context.newPage();
      await page.goto(`${origin}/pics/`);
      const result = page.getByRole('status');
      await page.getByRole('button', { name: 'Pause', exact: true }).click();
      await result.getByText('Paused: no new batches are dispatched.').waitFor();
      await page.getByRole('button', { name: 'Resume', exact: true }).click();
      await result.getByText('Resumed.').waitFor();

      await page.getByRole('link', { name: 'Failures' }).first().click();
      await page.getByRole('link', { name: 'Team Fortress 2' }).waitFor();
      await page.getByRole('button', { name: 'Requeue 1 app' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Requeue 1 app' }).click();
      await result.getByText('1 app requeued.').waitFor();
      await page.getByRole('link', { name: 'Show the 1 app' }).click();
      await page.waitForURL(/\/pics\/failures\?requeue=\d+$/);

      await queues.redis.flushdb();
      const worker = startWorker({
        queue: FETCH_QUEUE,
        redisUrl: board.redisUrl,
        concurrency: 1,
        schema: fetchJobSchema,
        step: async () => ({ apps: 1 }),
        findBlocker: async () => undefined,
        log: { info: () => {}, warn: () => {}, error: () => {} },
      });
      await queues.fetch.add({
        version: 2,
        task: 'apps',
        batchId: 'a',
        changeNumber: 5,
        attempt: 0,
        appids: [440],
      });
      await expect.poll(() => queues.fetch.bull.getCompletedCount(), { timeout: 20_000 }).toBe(1);
      await worker.close();
      await database
        .updateTable('picsAppLedger')
        .set({ settledChangeNumber: 5 })
        .where('id', '=', 440)
        .execute();

      await page.getByRole('link', { name: 'Queues' }).click();
      await page.goto(`${origin}/pics/queues/queue/pics-fetch?status=completed`);
      await page.getByText('1 app', { exact: true }).waitFor();
      // Bull Board's buttons have icons instead of names. Those of jobs that cannot be created or edited are not shown.
      const action = (icon: string) => page.locator(`main li button:has(.lucide-${icon})`);
      expect(await page.locator('main li button:has(.lucide-files)').isVisible()).toBe(false);
      await action('refresh-cw').first().click();
      await page.getByRole('button', { name: 'Confirm' }).click();
      await page.getByText('No completed jobs in this queue.').waitFor();
      const { settledChangeNumber } = await database
        .selectFrom('picsAppLedger')
        .select('settledChangeNumber')
        .where('id', '=', 440)
        .executeTakeFirstOrThrow();
      expect(settledChangeNumber).toBeNull();

      await page.locator('button:has(.lucide-ellipsis-vertical)').click();
      expect(await page.getByRole('menuitem', { name: 'Add job' }).isVisible()).toBe(false);
      await page.getByRole('menuitem', { name: 'Pause' }).click();
      await page.getByRole('button', { name: 'Confirm' }).click();
      await expect.poll(() => queues.fetch.bull.isPaused(), { timeout: 20_000 }).toBe(true);
      await queues.fetch.bull.resume();
      await page.getByRole('link', { name: 'Overview' }).click();
      await page.waitForURL(`${origin}/pics/`);
      await context.close();
      await database.deleteFrom('picsAppLedger').execute();
    },
  );

  test('sends the live overview without delay', async () => {
    const leaving = new AbortController();
    const response = await fetch(`${origin}/pics/api/events`, { headers: LOGON, signal: leaving.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const texts = response.body?.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
    let text = '';
    const receive = async (part: string) => {
      while (!text.includes(part)) {
        const chunk = await texts?.next();
        if (!chunk || chunk.done) throw new Error(`the stream ended before ${part}`);
        text += chunk.value;
      }
    };
    await receive('event: plots');
    await markWanted(board.database, { appids: [570, 730] });
    await receive('Wanted</dt><dd class=\\"value\\">2');
    leaving.abort();
  });

  test('blocks the client that guesses passwords, whatever it claims, and nobody else', async () => {
    const guess = (from: string, forged: string, password: string) =>
      ask('/pics/api/rate', {
        from,
        headers: {
          'x-forwarded-for': forged,
          authorization: `Basic ${btoa(`${CREDENTIALS.BOARD_USER}:${password}`)}`,
        },
      });
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect((await guess('127.0.0.2', `203.0.113.${attempt}`, `guess ${attempt}`)).status).toBe(401);
    }
    expect((await guess('127.0.0.2', '203.0.113.99', CREDENTIALS.BOARD_PASSWORD)).status).toBe(429);
    expect((await guess('127.0.0.3', '127.0.0.2', CREDENTIALS.BOARD_PASSWORD)).status).toBe(200);
  });

  test('logs the address of the client with every write', async () => {
    board.lines.length = 0;
    await ask('/pics/api/resume', { method: 'POST', from: '127.0.0.9' });
    await expect.poll(() => board.lines).toHaveLength(1);
    expect(JSON.parse(board.lines[0] ?? '')).toMatchObject({ address: '127.0.0.9', action: 'resume' });
  });
});
