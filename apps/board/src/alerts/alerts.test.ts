import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { connectDatabase, updateFleetSettings } from '@pics/database';
import { keepReporting, openQueues, type ReplicaReport } from '@pics/queue';
import { sql } from 'kysely';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { closeAtEnd } from '../../../../test/support/cleanup.ts';
import { createTestDatabase } from '../../../../test/support/database.ts';
import { createTestRedis } from '../../../../test/support/redis.ts';
import { createOverviewReader } from '../overview/read-overview.ts';
import { createAlertCheck, type AlertOptions } from './watch-alerts.ts';
import { sendToWebhook } from './webhook.ts';

const DISCORD = '/api/webhooks/1234/secret-token';
const SLACK = '/services/T01/B02/secret-token';
const JSON_PATH = '/hook?key=secret-token';

/** What the receiver got, and the status that it responds with. */
const received: { path: string; body: Record<string, unknown> }[] = [];
let status = 204;
async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = (await json(request)) as Record<string, unknown>;
  received.push({ path: request.url ?? '', body });
  response.writeHead(status, { location: '/elsewhere' }).end();
}
const receiver = createServer((request, response) => void receive(request, response));
receiver.listen(0, '127.0.0.1');
await once(receiver, 'listening');
closeAtEnd('receiver', async () => void receiver.close());
const origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;

const [{ url }, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
const database = connectDatabase(url, { applicationName: 'test', maxConnections: 4 });
const queues = openQueues(redis.url, () => {});
closeAtEnd('connections', async () => void (await Promise.all([queues.close(), database.destroy()])));

const lines: string[] = [];
const log = {
  info: (fields: object, message: string) => void lines.push(JSON.stringify({ ...fields, message })),
  warn: (fields: object, message: string) =>
    void lines.push(JSON.stringify({ ...fields, message, error: String('err' in fields && fields.err) })),
};

/** A board that looks at the pipeline when it is asked to; every trouble counts at once unless thresholds say otherwise. */
function startBoard(path: string, options: Partial<AlertOptions> = {}) {
  return createAlertCheck({
    read: createOverviewReader({ database, queues }),
    database,
    thresholds: { afterMs: 0, pausedAfterMs: 0, failedApps: 100 },
    goneAfterMs: 0,
    send: (message) => sendToWebhook(`${origin}${path}`, message),
    boardUrl: 'https://example.com/pics',
    log,
    ...options,
  });
}

/** Services that report as running until the end of the test, except those that are left out. */
async function reportServices(...missing: string[]) {
  const services = ['producer', 'fetcher', 'writer'].filter((service) => !missing.includes(service));
  for (const service of services) {
    const report: ReplicaReport = {
      service,
      replica: 'r1',
      version: '0.1.0',
      startedAt: new Date().toISOString(),
      ...(service === 'producer' && { role: 'leads' }),
      counters: {},
    };
    const { promise: reported, resolve } = Promise.withResolvers<void>();
    const reporting = keepReporting(queues.redis, () => {
      setImmediate(resolve);
      return report;
    });
    onTestFinished(() => reporting.stop());
    await reported;
    await queues.redis.ping();
  }
}

beforeEach(async () => {
  received.length = 0;
  lines.length = 0;
  status = 204;
  await queues.redis.flushall();
  await sql`truncate pics_alerts, pics_app_ledger`.execute(database);
  await updateFleetSettings(database, { paused: false });
  await sql`update pics_state set polled_at = now(), last_change_number = 1000`.execute(database);
});

const headlines = () => received.map(({ body }) => [body['event'], body['headline']]);
const pause = () => updateFleetSettings(database, { paused: true });
const resume = () => updateFleetSettings(database, { paused: false });

describe('what is sent', () => {
  test('has the shape of Discord for the path of a Discord webhook', async () => {
    await reportServices('producer');
    await startBoard(DISCORD)();
    expect(received).toEqual([
      {
        path: DISCORD,
        body: {
          embeds: [
            {
              title: 'No producer running',
              description: 'Changes are neither recorded nor dispatched.',
              color: 0xd0_30_30,
              timestamp: expect.any(String),
              url: 'https://example.com/pics',
            },
          ],
          allowed_mentions: { parse: [] },
        },
      },
    ]);
  });

  test('has the shape of Slack for the path of a Slack webhook', async () => {
    await reportServices('writer');
    await startBoard(SLACK)();
    expect(received).toEqual([
      {
        path: SLACK,
        body: {
          text: ':red_circle: *Nothing is written*\nNo writer is running.\n<https://example.com/pics|Board>',
        },
      },
    ]);
  });

  test('is plain JSON for any other URL', async () => {
    await reportServices('fetcher');
    await startBoard(JSON_PATH)();
    expect(received).toEqual([
      {
        path: JSON_PATH,
        body: {
          event: 'raised',
          name: 'nothing-is-fetched',
          headline: 'Nothing is fetched',
          detail: 'No fetcher is running.',
          since: expect.any(String),
          at: expect.any(String),
          boardUrl: 'https://example.com/pics',
        },
      },
    ]);
  });
});

describe('trouble is reported', () => {
  test('when apps fail by more than the limit, and when they are below it again', async () => {
    await reportServices();
    const check = startBoard(JSON_PATH);
    await sql`insert into pics_app_ledger (id, wanted_change_number, failed_at)
      select n, 1, now() from generate_series(1, 101) as n`.execute(database);
    await check();
    await sql`delete from pics_app_ledger where id = 1`.execute(database);
    await startBoard(JSON_PATH)();
    expect(headlines()).toEqual([
      ['raised', 'Many apps failed'],
      ['resolved', 'Many apps failed'],
    ]);
    expect(received[0]?.body['detail']).toBe('101 apps failed and wait for a requeue; the limit is 100.');
    expect(received[1]?.body['now']).toMatch(/^Up to date; 100 apps failed/);
  });

  test('when Steam refuses requests', async () => {
    await reportServices();
    await queues.redis.hset('pics:steam-pause', {
      kind: 'poll',
      level: 3,
      since: Date.now() - 60_000,
      until: Date.now() + 60_000,
      share: 0.25,
    });
    await startBoard(JSON_PATH)();
    expect(headlines()).toEqual([['raised', 'Steam refuses requests']]);
  });

  test('when the tables are behind Steam, unless it follows from other trouble', async () => {
    await reportServices();
    await sql`insert into pics_app_ledger (id, wanted_change_number) values (440, 900)`.execute(database);
    await sql`insert into pics_changes (change_number, kind, id, needs_token, seen_at)
      values (900, 'app', 440, false, now() - interval '10 minutes') on conflict do nothing`.execute(
      database,
    );
    onTestFinished(async () => void (await sql`truncate pics_changes`.execute(database)));
    await startBoard(JSON_PATH)();
    await pause();
    await startBoard(JSON_PATH)();
    expect(headlines().filter(([event]) => event === 'raised')).toEqual([
      ['raised', 'Behind Steam'],
      ['raised', 'Paused'],
    ]);
  });

  test('when it has lasted, and not before', async () => {
    await reportServices();
    const check = startBoard(JSON_PATH, {
      thresholds: { afterMs: 0, pausedAfterMs: 3_600_000, failedApps: 100 },
    });
    await pause();
    await check();
    expect(received).toEqual([]);
    await sql`update pics_alerts set since = since - interval '1 hour'`.execute(database);
    await check();
    expect(headlines()).toEqual([['raised', 'Paused']]);
  });

  test('as one, when it comes and goes', async () => {
    await reportServices();
    const check = startBoard(JSON_PATH, { goneAfterMs: 120_000 });
    for (const change of [pause, resume, pause, resume]) {
      await change();
      await check();
    }
    expect(headlines()).toEqual([['raised', 'Paused']]);
    await sql`update pics_alerts set gone_at = gone_at - interval '2 minutes', claimed_at = null`.execute(
      database,
    );
    await check();
    expect(headlines()).toEqual([
      ['raised', 'Paused'],
      ['resolved', 'Paused'],
    ]);
    expect(received[1]?.body['now']).toBe('Up to date with Steam');
  });
});

describe('trouble is reported once', () => {
  test('by two boards, of which one looks while the other sends', async () => {
    await reportServices();
    const second = startBoard(JSON_PATH);
    const first = startBoard(JSON_PATH, {
      send: async (message) => {
        await second();
        await sendToWebhook(`${origin}${JSON_PATH}`, message);
      },
    });
    await pause();
    await first();
    await resume();
    await startBoard(JSON_PATH)();
    expect(headlines()).toEqual([
      ['raised', 'Paused'],
      ['resolved', 'Paused'],
    ]);
  });

  test('by a board that was started again', async () => {
    await reportServices();
    await pause();
    await startBoard(JSON_PATH)();
    await startBoard(JSON_PATH)();
    expect(headlines()).toEqual([['raised', 'Paused']]);
  });

  test('again a minute later, when the webhook did not take it', async () => {
    await reportServices();
    await pause();
    status = 500;
    const check = startBoard(JSON_PATH);
    await check();
    await check();
    expect(received).toHaveLength(1);
    status = 204;
    await sql`update pics_alerts set claimed_at = claimed_at - interval '1 minute'`.execute(database);
    await check();
    await check();
    expect(headlines()).toEqual([
      ['raised', 'Paused'],
      ['raised', 'Paused'],
    ]);
    expect(lines.join('\n')).toContain('the webhook responds with status 500');
  });

  test('while Postgres is unreachable, and so is its end', async () => {
    await reportServices();
    const closed = connectDatabase('postgres://pics:x@127.0.0.1:1/pics', {
      applicationName: 'test',
      maxConnections: 1,
    });
    closeAtEnd('closed database', () => closed.destroy());
    const readers = {
      down: createOverviewReader({ database: closed, queues }),
      up: createOverviewReader({ database, queues }),
    };
    let read = readers.down;
    const check = startBoard(JSON_PATH, { read: () => read() });
    await check();
    await check();
    read = readers.up;
    await check();
    await check();
    expect(headlines()).toEqual([
      ['raised', 'Database or Redis unreachable'],
      ['resolved', 'Database or Redis unreachable'],
    ]);
  });
});

test.each([
  ['responds with an error', async () => origin, 500],
  ['redirects', async () => origin, 302],
  ['cannot be reached', async () => 'http://127.0.0.1:1', 204],
])('no line of the log holds the URL of a webhook that %s', async (_, findOrigin, responds) => {
  await reportServices();
  await pause();
  status = responds;
  const target = `${await findOrigin()}${DISCORD}`;
  await startBoard(DISCORD, { send: (message) => sendToWebhook(target, message) })();
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('the alert could not be sent');
  expect(lines.join('\n')).not.toMatch(/secret-token|webhooks/);
});
