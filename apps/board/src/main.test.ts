import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import { Client } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../../../test/support/database.ts';
import { startService } from '../../../test/support/processes.ts';
import { createTestRedis } from '../../../test/support/redis.ts';

/** An address of this machine that others can reach; undefined without a network. */
const outside = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === 'IPv4' && !address.internal)?.address;

async function startBoard(env: Record<string, string> = {}) {
  const [{ url }, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
  const board = await startService('board', { DATABASE_URL: url, REDIS_URL: redis.url, ...env });
  return { board, databaseUrl: url, port: new URL(board.url).port };
}

describe('the board as a process', () => {
  test.skipIf(!outside)('listens on this machine only without credentials', async () => {
    const { board, port } = await startBoard();
    expect((await fetch(board.url)).status).toBe(200);
    await expect(fetch(`http://${outside}:${port}/`)).rejects.toThrow('fetch failed');
    expect(await board.stop()).toBe(0);
  });

  test.skipIf(!outside)('requires configured credentials from everybody, and never shows them', async () => {
    const env = { BOARD_USER: 'ada', BOARD_PASSWORD: 'correct horse' };
    const { board, port } = await startBoard(env);
    for (const host of ['127.0.0.1', outside]) {
      expect((await fetch(`http://${host}:${port}/`)).status).toBe(401);
    }
    const authorization = `Basic ${Buffer.from('ada:correct horse').toString('base64')}`;
    const page = await fetch(board.url, { headers: { authorization } });
    expect(page.status).toBe(200);
    expect(await board.stop()).toBe(0);
    expect(`${await page.text()}\n${board.lines.join('\n')}`).not.toMatch(/correct horse|YWRhOm/);
  });

  test('changes nothing with BOARD_READ_ONLY', async () => {
    const { board } = await startBoard({ BOARD_READ_ONLY: 'true' });
    expect((await fetch(`${board.url}/api/pause`, { method: 'POST' })).status).toBe(403);
    expect((await fetch(`${board.url}/api/overview`)).status).toBe(200);
    expect(await board.stop()).toBe(0);
  });

  test('reports trouble to ALERT_WEBHOOK_URL, and never logs or shows it', async () => {
    const { promise: received, resolve } = Promise.withResolvers<string>();
    const receiver = createServer((request, response) => {
      void text(request).then(resolve);
      response.end();
    });
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    onTestFinished(() => void receiver.close());
    const { board, databaseUrl } = await startBoard({
      ALERT_WEBHOOK_URL: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/api/webhooks/1/hidden-token`,
      ALERT_FAILED_APPS: '0',
    });
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    await client.query(
      'insert into pics_app_ledger (id, wanted_change_number, failed_at) values (440, 1, now())',
    );
    await client.end();
    expect(JSON.parse(await received)).toMatchObject({
      embeds: [
        { title: 'Many apps failed', description: '1 app failed and waits for a requeue; the limit is 0.' },
      ],
    });
    await board.waitForLine(/alert sent/);
    expect(await board.stop()).toBe(0);
    expect(board.lines.join('\n')).not.toContain('hidden-token');
  });

  test('disconnects open pages when it stops', async () => {
    const { board } = await startBoard();
    const response = await fetch(`${board.url}/api/events`);
    const reading = response.text().catch((error: Error) => error.message);
    expect(await board.stop()).toBe(0);
    expect(await reading).toBeDefined();
  });
});
