import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connectDatabase, countLedger } from '@pics/database';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { createTestDatabase } from './support/database.ts';
import { createTestFolder } from './support/folder.ts';
import { startProcess, type TestProcess } from './support/processes.ts';
import { createTestRedis } from './support/redis.ts';
import { runCli } from './support/run-cli.ts';

const APPS = 40;

/** Runs `npm start` with a data folder of this test and a high request rate. */
function start(dataFolder: string, args: string[], env: Record<string, string> = {}): TestProcess {
  const variables = { PICS_DATA_DIR: dataFolder, PORT: '0', FETCH_RATE_PER_SECOND: '200', ...env };
  return startProcess('tools/local/src/main.ts', [`--apps=${APPS}`, ...args], variables);
}

const SETTLED = /^known (\d+) · wanted 0 · in flight 0 · settled \1 · failed 0 ·/;
/** Whether a progress line says that all apps are settled. */
const isFilled = (line: string) =>
  SETTLED.test(line) && !line.startsWith('known 0') && !line.includes('scanned');

describe('npm start -- --simulate', () => {
  test('fills an empty Postgres, and exits with --once when everything is settled', async () => {
    const run = start(createTestFolder(), ['--simulate', '--once']);
    expect(await run.exited, run.lines.join('\n')).toBe(0);
    const summary = run.lines.find((line) => line.startsWith('Settled:')) ?? '';
    const [, settled, known] = /^Settled: (\d+) of (\d+) known apps, 0 failed, after/.exec(summary) ?? [];
    expect(settled).toBe(known);
    expect(Number(known)).toBeGreaterThan(APPS * 0.9);
  });

  test('fills the servers in DATABASE_URL and REDIS_URL when they are empty', async () => {
    const [database, redis] = [await createTestDatabase(), await createTestRedis()];
    const env = { DATABASE_URL: database.url, REDIS_URL: redis.url };
    const run = start(createTestFolder(), ['--simulate', '--once'], env);
    expect(await run.exited, run.lines.join('\n')).toBe(0);
    const filled = connectDatabase(database.url, { applicationName: 'test', maxConnections: 1 });
    const { known, settled } = await countLedger(filled);
    const { count } = await filled
      .selectFrom('apps')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    await filled.destroy();
    expect(known).toBeGreaterThan(APPS * 0.9);
    expect([settled, count]).toEqual([known, known]);
  });

  test('changes nothing in a database of real apps that was never migrated', async () => {
    const database = await createTestDatabase({ migrated: false });
    const theirs = connectDatabase(database.url, { applicationName: 'test', maxConnections: 1 });
    await sql`create table apps (appid integer primary key); insert into apps values (440)`.execute(theirs);
    const run = start(createTestFolder(), ['--simulate', '--once'], { DATABASE_URL: database.url });
    expect(await run.exited).toBe(1);
    expect(run.lines).toContain(
      'DATABASE_URL holds data from Steam, which must not mix with generated data of the simulator.',
    );
    const { rows } = await sql`
      select relname, attname from pg_class join pg_attribute on attrelid = pg_class.oid
      where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0
    `.execute(theirs);
    expect(rows).toEqual([{ relname: 'apps', attname: 'appid' }]);
    await theirs.destroy();
  });

  test('never writes generated apps to a database that holds real ones', async () => {
    const database = await createTestDatabase();
    const real = connectDatabase(database.url, { applicationName: 'test', maxConnections: 1 });
    await real.insertInto('apps').values({ appid: 440, name: 'Team Fortress 2' }).execute();
    const run = start(createTestFolder(), ['--simulate', '--once'], { DATABASE_URL: database.url });
    expect(await run.exited).toBe(1);
    expect(run.lines).toContain(
      'DATABASE_URL holds data from Steam, which must not mix with generated data of the simulator.',
    );
    expect(await real.selectFrom('apps').select(['appid']).execute()).toEqual([{ appid: 440 }]);
    await real.destroy();
  });

  test('is found by other commands, refuses to run twice on the same data, stops on Ctrl-C, and keeps its data for the next start', async () => {
    const folder = createTestFolder();
    const first = start(folder, ['--simulate', '--changes-per-minute=0']);
    await first.waitForLine(/^Simulator →/);
    const second = start(folder, ['--simulate']);
    expect(await second.exited).toBe(1);
    expect(second.lines.join()).toContain('It is running already');
    await first.waitForLine(isFilled);
    const status = await runCli(['status', '--json'], { PICS_DATA_DIR: folder });
    expect(status.stderr).toMatch(/^Using the servers that npm start runs here, in .*simulated-40\.\n$/);
    expect(JSON.parse(status.stdout)).toMatchObject({
      feed: { source: 'simulator' },
      ledger: { wanted: 0, failed: 0 },
      fleet: { fetchRate: 200 },
    });
    first.signal('SIGINT');
    expect(await first.exited, first.lines.join('\n')).toBe(0);

    const third = start(folder, ['--simulate', '--once']);
    const before = await third.waitForLine(/^known/);
    expect(before).not.toMatch(/^known 0/);
    expect(await third.exited, third.lines.join('\n')).toBe(0);
  });

  test('restarts services and Postgres when they are killed', async () => {
    const folder = createTestFolder();
    const run = start(folder, ['--simulate']);
    await run.waitForLine(isFilled);
    const files = join(folder, `simulated-${APPS}`);
    const log = readFileSync(join(files, 'logs', 'writer.log'), 'utf8');
    const [, writer] = /"replica":"[^"]*\/(\d+)"/.exec(log) ?? [];
    process.kill(Number(writer), 'SIGKILL');
    await run.waitForLine(/^writer: exited with code 137, restarting/);
    const pidFile = readFileSync(join(files, 'postgres', 'cluster', 'postmaster.pid'), 'utf8');
    process.kill(Number.parseInt(pidFile, 10), 'SIGKILL');
    await run.waitForLine(/^postgres: exited with code 137, restarting/);
    const soFar = run.lines.length;
    await run.waitForLine(() => run.lines.slice(soFar).some(isFilled));
    expect(await run.stop(), run.lines.join('\n')).toBe(0);
  });
});

describe('npm start -- --catalog', () => {
  /** Two recorded apps, further apart than a scan looks, in a folder that is named from where the user called npm. */
  function record(): string {
    const folder = createTestFolder();
    mkdirSync(join(folder, 'recorded/apps'), { recursive: true });
    const rows = [10, 70_000].map((appid) => {
      const text = `"appinfo"\n{\n\t"appid"\t\t"${appid}"\n\t"common"\n\t{\n\t\t"name"\t\t"Recorded ${appid}"\n\t}\n}\n`;
      writeFileSync(join(folder, `recorded/apps/${appid}.vdf`), text);
      return `${appid}\t${appid + 100}\tapps/${appid}.vdf\n`;
    });
    writeFileSync(join(folder, 'recorded/index.tsv'), `appid\tchange_number\tpath\n${rows.join('')}`);
    return folder;
  }

  test('stores every recorded body, and keeps it apart from generated ones', async () => {
    const [folder, data] = [record(), createTestFolder()];
    const { url } = await createTestDatabase();
    const env = { INIT_CWD: folder, DATABASE_URL: url, REDIS_URL: (await createTestRedis()).url };
    const variables = { PICS_DATA_DIR: data, PORT: '0', FETCH_RATE_PER_SECOND: '200', ...env };
    const run = startProcess('tools/local/src/main.ts', ['--catalog', 'recorded', '--once'], variables);
    expect(await run.exited, run.lines.join('\n')).toBe(0);
    const filled = connectDatabase(url, { applicationName: 'test', maxConnections: 1 });
    const names = await filled.selectFrom('apps').select('name').orderBy('appid').execute();
    await filled.destroy();
    expect(names.map(({ name }) => name)).toEqual(['Recorded 10', 'Recorded 70000']);
    expect(readdirSync(data)).toEqual([expect.stringMatching(/^recorded-recorded-[0-9a-f]{6}$/)]);
  });

  test('refuses a folder that is no recording', async () => {
    const run = startProcess('tools/local/src/main.ts', ['--catalog', createTestFolder()], {});
    expect(await run.exited).toBe(2);
    expect(run.lines.join()).toContain('has no index.tsv, a table of appid, change_number and path');
  });
});

describe('npm start', () => {
  test('refuses a PORT that is taken, before it starts anything', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const folder = createTestFolder();
    const run = start(folder, ['--simulate'], { PORT: String(port) });
    expect([await run.exited, run.lines.filter((line) => line !== 'Stopping …')]).toEqual([
      1,
      [`PORT is ${port}, and another program uses that port. Stop that program, or set another PORT.`],
    ]);
    expect(existsSync(join(folder, `simulated-${APPS}`, 'postgres'))).toBe(false);
    taken.close();
  });

  test('says in full what it waits for: the server and its error', async () => {
    const run = start(createTestFolder(), ['--steam'], { STEAM_CM_SERVERS: '127.0.0.1:1' });
    await run.waitForLine(/no session with Steam: .*127\.0\.0\.1:1.*ECONNREFUSED/);
    expect(await run.stop()).toBe(0);
  });

  test('names every invalid setting and starts nothing', async () => {
    const env = { LOG_LEVEL: 'loud', FETCH_BATCH_SIZE: 'many' };
    const run = start(createTestFolder(), ['--simulate'], env);
    expect(await run.exited).toBe(2);
    expect(run.lines.join('\n')).toMatch(/LOG_LEVEL[^]*FETCH_BATCH_SIZE|FETCH_BATCH_SIZE[^]*LOG_LEVEL/);
  });

  test('refuses --steam together with --simulate', async () => {
    const run = start(createTestFolder(), ['--steam', '--simulate']);
    expect(await run.exited).toBe(2);
    expect(run.lines.join()).toContain("option '--steam' cannot be used with option '--simulate'");
  });
});
