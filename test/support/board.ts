import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectDatabase, type Database } from '@pics/database';
import { openQueues, type Queues } from '@pics/queue';
import { closeAtEnd } from './cleanup.ts';
import { createTestDatabase } from './database.ts';
import { createTestRedis } from './redis.ts';
import { createBoard, type BoardOptions } from '../../apps/board/src/create-board.ts';

export interface TestResponse {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface Sent {
  method?: string;
  headers?: Record<string, string>;
  /** The address of this machine that the request comes from. */
  from?: string;
  /** Sent as JSON unless it is a text. */
  body?: unknown;
}

/** A board on a real Postgres and Redis, in this process, so that tests can read its log lines. */
export interface TestBoard {
  /** host:port, as a browser would name it. */
  host: string;
  url: string;
  database: Database;
  databaseUrl: string;
  queues: Queues;
  redisUrl: string;
  /** Every logged line, as JSON. */
  lines: string[];
  /** Sends a request exactly as given: neither the path nor the headers are normalised. */
  send(path: string, sent?: Sent): Promise<TestResponse>;
}

export const CREDENTIALS = { BOARD_USER: 'ada', BOARD_PASSWORD: 'correct horse: battery' };

export const LOGON = {
  authorization: `Basic ${Buffer.from(`${CREDENTIALS.BOARD_USER}:${CREDENTIALS.BOARD_PASSWORD}`).toString('base64')}`,
};

/**
 * Starts a board. Without settings it needs no password and allows writes. It is closed at the end of the test.
 *
 * @param options.databaseUrl use this database instead of a new empty one.
 */
export async function startTestBoard(
  settings: Partial<BoardOptions['settings']> = {},
  options: { databaseUrl?: string } = {},
): Promise<TestBoard> {
  const redis = await createTestRedis();
  const url = options.databaseUrl ?? (await createTestDatabase()).url;
  const database = connectDatabase(url, { applicationName: 'test', maxConnections: 4 });
  const queues = openQueues(redis.url, () => {});
  const stopping = new AbortController();
  const lines: string[] = [];
  const note = (fields: object, message: string) => void lines.push(JSON.stringify({ ...fields, message }));
  const { app } = createBoard({
    settings: {
      BOARD_USER: undefined,
      BOARD_PASSWORD: undefined,
      BOARD_READ_ONLY: false,
      BOARD_PUBLIC_URL: undefined,
      BOARD_TRUSTED_PROXIES: [],
      ...settings,
    },
    environment: { label: 'test', level: 'quiet' },
    database,
    queues,
    log: { info: note, warn: note, error: note },
    stopping: stopping.signal,
  });
  const server = createServer(app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeAtEnd('board', async () => {
    stopping.abort();
    server.closeAllConnections();
    server.close();
    await Promise.all([once(server, 'close'), queues.close(), database.destroy()]);
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `http://${host}`,
    database,
    databaseUrl: url,
    queues,
    redisUrl: redis.url,
    lines,
    send: (path, sent) => send(host, path, sent),
  };
}

/** See `TestBoard.send`; to any server. */
export async function send(
  host: string,
  path: string,
  { method = 'GET', headers = {}, from, body }: Sent = {},
): Promise<TestResponse> {
  const [hostname, port] = host.split(':');
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  const sent = request({
    hostname,
    port,
    path,
    method,
    agent: false,
    ...(from && { localAddress: from }),
    headers: {
      ...(text !== undefined && {
        'content-type': 'application/json',
        // Node adds no length to a DELETE, and the body would be parsed as a second, malformed request.
        'content-length': String(Buffer.byteLength(text)),
      }),
      ...headers,
    },
  });
  sent.end(text);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: Buffer.concat(chunks).toString(),
  };
}
