import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { findFreePort, startChildProcess } from '@pics/local';
import { closeAtEnd } from './support/cleanup.ts';
import { startPipeline } from './support/pipeline.ts';
import { startService } from './support/processes.ts';
import { startTestSimulator } from './support/simulator.ts';

const jobLine = z.object({
  level: z.literal(30),
  time: z.int(),
  service: z.enum(['fetcher', 'writer']),
  replica: z.string().regex(/.+\/\d+$/),
  queue: z.enum(['pics-fetch', 'pics-write']),
  jobId: z.string(),
  task: z.enum(['apps', 'scan', 'tokens']),
  attempt: z.int().positive(),
  batch: z.uuid(),
  changeNumber: z.int().optional(),
  durationMs: z.int(),
});

test('services write JSON lines to a pipe, one for each job with its batch and change number', async () => {
  const simulator = await startTestSimulator({ apps: 300, seed: 21 });
  const pipeline = await startPipeline(simulator);
  await pipeline.settled(30_000);
  await pipeline.stop();
  const { producer, writer, fetchers } = pipeline.services;
  const lines = [producer, writer, ...fetchers].flatMap((service) => service.lines);
  expect(lines.filter((line) => !line.startsWith('{'))).toEqual([]);
  const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(new Set(parsed.map((line) => line['service']))).toEqual(new Set(['producer', 'fetcher', 'writer']));

  const jobs = parsed.filter((line) => line['msg'] === 'job done').map((line) => jobLine.parse(line));
  const apps = jobs.filter(({ task }) => task === 'apps');
  expect(apps.every(({ changeNumber }) => changeNumber !== undefined)).toBe(true);
  const batchesOf = (queue: string) =>
    new Set(apps.filter((job) => job.queue === queue).map(({ batch }) => batch));
  expect(batchesOf('pics-fetch').size).toBeGreaterThan(0);
  expect(batchesOf('pics-fetch')).toEqual(batchesOf('pics-write'));
  for (const { jobId, batch } of jobs) expect(jobId.startsWith(batch)).toBe(true);
});

/** `script` runs a command in a terminal; the test needs it. */
const hasTerminals = spawnSync('script', ['--version']).status === 0;

/** Starts a fetcher on a terminal, and returns what it has printed once that matches. */
async function printOnTerminal(redisUrl: string, until: RegExp): Promise<string> {
  const { PATH = '', HOME = '' } = process.env;
  const service = startChildProcess({
    file: 'script',
    args: ['-qec', `'${process.execPath}' apps/fetcher/src/main.ts`, '/dev/null'],
    env: {
      PATH,
      HOME,
      TERM: 'xterm',
      PORT: String(await findFreePort()),
      REDIS_URL: redisUrl,
      STEAM_CM_SERVERS: `127.0.0.1:${await findFreePort()}`,
    },
    output: 'pipe',
    stopSignal: 'SIGTERM',
    graceMs: 30_000,
  });
  closeAtEnd('fetcher on a terminal', async () => void (await service.kill()));
  const { stdout } = service.child;
  if (!stdout) throw new Error('no output');
  const printed = text(stdout);
  let seen = '';
  await new Promise<void>((resolve) => {
    stdout.on('data', (chunk: string | Buffer) => until.test((seen += chunk.toString())) && resolve());
  });
  await service.kill();
  return printed;
}

test.skipIf(!hasTerminals)('services write readable lines to a terminal', async () => {
  const redisUrl = `redis://127.0.0.1:${await findFreePort()}`;
  const plain = stripVTControlCharacters(await printOnTerminal(redisUrl, /no session with Steam/));
  expect(plain).toMatch(/^\[[\d:.]+\] INFO: started$/m);
  expect(plain).toMatch(/^\s+service: "fetcher"/m);
  expect(plain).not.toContain('{"level"');
});

describe('a server whose errors hold control characters', () => {
  /** Ends with a mark that no control character is part of. */
  const HOSTILE = 'a\u001b]0;title\u0007b\u001b[2Jc\u009b2Jd\u202Ee\u2028END';

  async function startHostileRedis(): Promise<string> {
    const server = createServer((socket) => {
      socket.on('error', () => {}).on('data', () => socket.write(`-ERR ${HOSTILE}\r\n`));
      closeAtEnd('connection of the server', async () => void socket.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closeAtEnd('server', async () => void server.close());
    return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test('controls no terminal through the JSON lines of a service, which keep the text', async () => {
    const env = { REDIS_URL: await startHostileRedis(), STEAM_CM_SERVERS: '127.0.0.1:1' };
    const service = await startService('fetcher', env, 'nothing');
    const line = await service.waitForLine(/END/);
    expect(service.lines.join('')).not.toMatch(/[\p{Cc}\u2028\u2029\u202A-\u202E]/u);
    expect(JSON.stringify(JSON.parse(line))).toContain(JSON.stringify(HOSTILE).slice(1, -1));
    await service.stop();
  });

  test.skipIf(!hasTerminals)('controls no terminal on which a service runs', async () => {
    const printed = await printOnTerminal(await startHostileRedis(), /END/);
    expect(printed).toContain('END');
    // Colours are the logger's own.
    const parts = printed.replaceAll(/[\r\n]/g, '').split('\u001b[');
    expect(parts.slice(1).filter((part) => !/^\d*m/.test(part))).toEqual([]);
    expect(parts.join('')).not.toMatch(/[\p{Cc}\u2028\u2029\u202A-\u202E]/u);
  });
});
