import { spawnSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { findFreePort, startChildProcess } from '@pics/local';
import { closeAtEndOfFile } from './support/cleanup.ts';
import { startPipeline } from './support/pipeline.ts';
import { startTestSimulator } from './support/simulator.ts';

const jobLine = z.object({
  level: z.literal(30),
  time: z.int(),
  service: z.enum(['fetcher', 'writer']),
  replica: z.string().regex(/.+\/\d+$/),
  queue: z.enum(['pics-fetch', 'pics-write']),
  jobId: z.string(),
  task: z.enum(['apps', 'scan']),
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

test.skipIf(!hasTerminals)('services write readable lines to a terminal', async () => {
  const { PATH = '', HOME = '' } = process.env;
  const service = startChildProcess({
    file: 'script',
    args: ['-qec', `'${process.execPath}' apps/fetcher/src/main.ts`, '/dev/null'],
    env: {
      PATH,
      HOME,
      TERM: 'xterm',
      PORT: String(await findFreePort()),
      REDIS_URL: `redis://127.0.0.1:${await findFreePort()}`,
      STEAM_CM_SERVERS: `127.0.0.1:${await findFreePort()}`,
    },
    output: 'pipe',
    stopSignal: 'SIGTERM',
    graceMs: 30_000,
  });
  closeAtEndOfFile('fetcher on a terminal', async () => void (await service.kill()));
  const { stdout } = service.child;
  if (!stdout) throw new Error('no output');
  const printed = text(stdout);
  await new Promise<void>((resolve) => {
    stdout.on(
      'data',
      (chunk: string | Buffer) => /no session with Steam/.test(chunk.toString()) && resolve(),
    );
  });
  await service.kill();
  const plain = stripVTControlCharacters(await printed);
  expect(plain).toMatch(/^\[[\d:.]+\] INFO: started$/m);
  expect(plain).toMatch(/^\s+service: "fetcher"/m);
  expect(plain).not.toContain('{"level"');
});
