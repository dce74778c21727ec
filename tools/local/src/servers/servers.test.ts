import { once } from 'node:events';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { openQueues } from '@pics/queue';
import { Client } from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { createTestFolder } from '../../../../test/support/folder.ts';
import type { LocalServer, LocalServerOptions } from './local-server.ts';
import { startPostgres } from './postgres.ts';
import { askRedis } from './redis-command.ts';
import { startRedis } from './redis.ts';

const running: LocalServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

const portOf = (server: LocalServer) => Number(new URL(server.url).port);

/** What both servers promise, and a round trip to see that one answers. */
const KINDS = [
  { title: 'Postgres', start: startPostgres, answers: askPostgres },
  { title: 'Redis', start: startRedis, answers: askForPong },
];

async function askPostgres(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query('SELECT 1')).rowCount === 1;
  } finally {
    await client.end();
  }
}

async function askForPong(url: string): Promise<boolean> {
  const { port, password } = new URL(url);
  return (await askRedis({ port: Number(port), password }, 'PING')) === '+PONG';
}

describe.each(KINDS)('$title', ({ start, answers }) => {
  const launch = async (options: LocalServerOptions) => {
    const server = await start({ ...options, temporary: true });
    running.push(server);
    return server;
  };

  test('is where it was at the next start', async () => {
    const dataDir = createTestFolder();
    const first = await launch({ dataDir });
    expect(await answers(first.url)).toBe(true);
    expect(await first.stop()).toBe(0);
    const second = await launch({ dataDir });
    expect(second.url).toBe(first.url);
    expect(await answers(second.url)).toBe(true);
  });

  test('takes another port when somebody else has got the one of the last start', async () => {
    const dataDir = createTestFolder();
    const first = await launch({ dataDir });
    await first.stop();
    const somebody = createServer().listen(portOf(first), '127.0.0.1');
    await once(somebody, 'listening');
    const second = await launch({ dataDir });
    somebody.close();
    expect(portOf(second)).not.toBe(portOf(first));
    expect(await answers(second.url)).toBe(true);
  });

  test('comes up again after a kill -9, on the port that is insisted on', async () => {
    const dataDir = createTestFolder();
    const first = await launch({ dataDir });
    expect(await first.kill()).toBe(137);
    const second = await launch({ dataDir, port: portOf(first) });
    expect(second.url).toBe(first.url);
    expect(await answers(second.url)).toBe(true);
  });

  test('is stopped first when one still runs on the same data', async () => {
    const dataDir = createTestFolder();
    const first = await launch({ dataDir });
    const second = await launch({ dataDir });
    expect(await first.exited).toBe(0);
    expect(second.isRunning()).toBe(true);
    expect(await answers(second.url)).toBe(true);
  });

  test('lets nobody in without the password, and keeps that from others', async () => {
    const dataDir = createTestFolder();
    const server = await launch({ dataDir });
    const wrong = new URL(server.url);
    wrong.password = 'guessed-by-somebody';
    expect(await answers(wrong.href).catch(() => false)).toBe(false);
    expect(statSync(join(dataDir, 'connection.json')).mode & 0o077).toBe(0);
    expect(readFileSync(`/proc/${server.pid}/cmdline`, 'utf8')).not.toContain(new URL(server.url).password);
  });

  test('says what its log says when it cannot come up', async () => {
    const dataDir = createTestFolder();
    const server = await launch({ dataDir });
    await server.stop();
    const port = portOf(server);
    const somebody = createServer().listen(port, '127.0.0.1');
    await once(somebody, 'listening');
    await expect(launch({ dataDir, port })).rejects.toThrow(/did not start; its log .* ends with:[^]*in use/);
    somebody.close();
  });
});

describe('Postgres', () => {
  test('is not hindered by the pid file of a server that is long gone, even when another process has its pid', async () => {
    const dataDir = createTestFolder();
    const server = await startPostgres({ dataDir, temporary: true });
    await server.stop();
    const pidFile = join(dataDir, 'cluster', 'postmaster.pid');
    writeFileSync(pidFile, `${process.pid}\n${dataDir}/cluster\n`);
    running.push(await startPostgres({ dataDir, temporary: true }));
    expect(readFileSync(pidFile, 'utf8')).toMatch(new RegExp(`^${running[0]?.pid}\n`));
  });

  test('makes its data anew when the first making was cut short', async () => {
    const dataDir = createTestFolder();
    const server = await startPostgres({ dataDir, temporary: true });
    await server.stop();
    const cluster = join(dataDir, 'cluster');
    rmSync(join(cluster, 'PG_VERSION'));
    renameSync(cluster, `${cluster}.unfinished`);
    running.push(await startPostgres({ dataDir, temporary: true }));
    expect(await askPostgres(running[0]?.url ?? '')).toBe(true);
  });

  test('refuses data of another major version and says what to do', async () => {
    const dataDir = createTestFolder();
    const server = await startPostgres({ dataDir, temporary: true });
    await server.stop();
    writeFileSync(join(dataDir, 'cluster', 'PG_VERSION'), '9\n');
    await expect(startPostgres({ dataDir, temporary: true })).rejects.toThrow(
      /made by Postgres 9.*Move that folder away/,
    );
  });
});

test('Redis has at the next start what it had when it was stopped', async () => {
  const dataDir = createTestFolder();
  const first = await startRedis({ dataDir });
  const before = openQueues(first.url, () => {});
  await before.redis.set('kept', 'yes');
  await before.close();
  await first.stop();
  const second = await startRedis({ dataDir });
  running.push(second);
  const after = openQueues(second.url, () => {});
  expect(await after.redis.get('kept')).toBe('yes');
  await after.close();
});
