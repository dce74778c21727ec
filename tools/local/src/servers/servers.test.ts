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
import { sendCommand, startRedis } from './redis.ts';

const running: LocalServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

const portOf = (server: LocalServer) => Number(new URL(server.url).port);

/** The promises of both servers, each with a round trip that checks whether it responds. */
const SERVERS = [
  { title: 'Postgres', start: startPostgres, responds: queryPostgres },
  { title: 'Redis', start: startRedis, responds: pingRedis },
];

async function queryPostgres(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query('SELECT 1')).rowCount === 1;
  } finally {
    await client.end();
  }
}

async function pingRedis(url: string): Promise<boolean> {
  const { port, password } = new URL(url);
  return (await sendCommand({ port: Number(port), password }, 'PING')) === '+PONG';
}

describe.each(SERVERS)('$title', ({ start, responds }) => {
  const launch = async (options: LocalServerOptions) => {
    const server = await start({ ...options, temporary: true });
    running.push(server);
    return server;
  };

  test('has the same URL at the next start', async () => {
    const dataDir = createTestFolder();
    const first = await launch({ dataDir });
    expect(await responds(first.url)).toBe(true);
    expect(await first.stop()).toBe(0);
    const second = await launch({ dataDir });
    expect(second.url).toBe(first.url);
    expect(await responds(second.url)).toBe(true);
  });

  test('takes another port when a different program has the one of the last start', async () => {
    const dataDir = createTestFolder();
    const first = await launch({ dataDir });
    await first.stop();
    const other = createServer().listen(portOf(first), '127.0.0.1');
    await once(other, 'listening');
    const second = await launch({ dataDir });
    other.close();
    expect(portOf(second)).not.toBe(portOf(first));
    expect(await responds(second.url)).toBe(true);
  });

  test('starts again on the required port after a kill -9', async () => {
    const dataDir = createTestFolder();
    const first = await launch({ dataDir });
    expect(await first.kill()).toBe(137);
    const second = await launch({ dataDir, port: portOf(first) });
    expect(second.url).toBe(first.url);
    expect(await responds(second.url)).toBe(true);
  });

  test('stops a server that still runs on the same data before it starts', async () => {
    const dataDir = createTestFolder();
    const first = await launch({ dataDir });
    const second = await launch({ dataDir });
    expect(await first.exited).toBe(0);
    expect(second.isRunning()).toBe(true);
    expect(await responds(second.url)).toBe(true);
  });

  test('rejects a wrong password, and hides the right one from other users', async () => {
    const dataDir = createTestFolder();
    const server = await launch({ dataDir });
    const wrong = new URL(server.url);
    wrong.password = 'a-guessed-password';
    expect(await responds(wrong.href).catch(() => false)).toBe(false);
    expect(statSync(join(dataDir, 'connection.json')).mode & 0o077).toBe(0);
    expect(readFileSync(`/proc/${server.pid}/cmdline`, 'utf8')).not.toContain(new URL(server.url).password);
  });

  test('reports the end of the log when it cannot start', async () => {
    const dataDir = createTestFolder();
    const server = await launch({ dataDir });
    await server.stop();
    const port = portOf(server);
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    await expect(launch({ dataDir, port })).rejects.toThrow(/did not start; its log .* ends with:[^]*in use/);
    other.close();
  });
});

describe('Postgres', () => {
  test('ignores the pid file of a dead server, even if another process has that pid now', async () => {
    const dataDir = createTestFolder();
    const server = await startPostgres({ dataDir, temporary: true });
    await server.stop();
    const pidFile = join(dataDir, 'cluster', 'postmaster.pid');
    writeFileSync(pidFile, `${process.pid}\n${dataDir}/cluster\n`);
    running.push(await startPostgres({ dataDir, temporary: true }));
    expect(readFileSync(pidFile, 'utf8')).toMatch(new RegExp(`^${running[0]?.pid}\n`));
  });

  test('creates its data again when the first attempt was interrupted', async () => {
    const dataDir = createTestFolder();
    const server = await startPostgres({ dataDir, temporary: true });
    await server.stop();
    const cluster = join(dataDir, 'cluster');
    rmSync(join(cluster, 'PG_VERSION'));
    renameSync(cluster, `${cluster}.unfinished`);
    running.push(await startPostgres({ dataDir, temporary: true }));
    expect(await queryPostgres(running[0]?.url ?? '')).toBe(true);
  });

  test('refuses data of another major version and says what to do', async () => {
    const dataDir = createTestFolder();
    const server = await startPostgres({ dataDir, temporary: true });
    await server.stop();
    writeFileSync(join(dataDir, 'cluster', 'PG_VERSION'), '9\n');
    await expect(startPostgres({ dataDir, temporary: true })).rejects.toThrow(
      /created by Postgres 9.*Move that folder away/,
    );
  });
});

test('Redis keeps its data over a restart', async () => {
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
