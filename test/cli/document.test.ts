import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { markWanted, writeBatch } from '@pics/database';
import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { createCliWorld, type CliWorld } from '../support/cli-world.ts';
import { environmentOf, startTestSimulator } from '../support/simulator.ts';
import { runCli } from '../support/run-cli.ts';
import { writeJob } from '../../packages/database/src/testing/app-record.ts';
import { storeApps } from '../../packages/database/src/testing/store-apps.ts';

const HOSTILE = '\u001B]0;owned\u0007\u009B31m\u202E';

/** With a name that is not UTF-8, an escape sequence, keys that look like numbers, and a key that occurs twice. */
const FULL = Buffer.concat([
  Buffer.from('"appinfo"\n{\n\t"appid"\t\t"440"\n\t"common"\n\t{\n\t\t"name"\t\t"Caf'),
  Buffer.from([0xe9]),
  Buffer.from(
    ` ${HOSTILE}"\n\t}\n\t"depots"\n\t{\n\t\t"10"\n\t\t{\n\t\t\t"size"\t\t"7"\n\t\t}\n\t\t"2"\t\t"b"\n\t\t"10"\t\t"again"\n\t}\n}\n`,
  ),
]);
const PUBLIC = Buffer.from(
  '"appinfo"\n{\n\t"appid"\t\t"440"\n\t"public_only"\t\t"1"\n\t"common"\n\t{\n\t}\n}\n',
);

let world: CliWorld;

beforeAll(async () => {
  world = await createCliWorld();
  await storeApps(world.database, [
    { appid: 440, changeNumber: 900, missingToken: false, body: FULL },
    { appid: 440, changeNumber: 950, missingToken: true, body: PUBLIC },
    {
      appid: 10,
      changeNumber: 901,
      missingToken: false,
      body: Buffer.from('"appinfo"\n{\n\t"appid"\t\t"10"\n}\n'),
    },
  ]);
});

/** The bytes that `pics` writes into a pipe. */
function bytesOf(...args: string[]): Buffer {
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, PICS_DATA_DIR: '/nonexistent', DATABASE_URL: world.databaseUrl };
  return spawnSync(process.execPath, ['apps/cli/src/main.ts', ...args], { env }).stdout;
}

describe('pics document', () => {
  test('writes the exact bytes into a pipe, so that their SHA-1 is the stored one', async () => {
    const bytes = bytesOf('document', '440');
    expect(bytes.equals(FULL)).toBe(true);
    const { rows } = await sql<{ sha1: string }>`
      select encode(sha1, 'hex') as sha1 from app_documents where appid = 440 and part = 'full'
    `.execute(world.database);
    expect(rows).toEqual([{ sha1: createHash('sha1').update(bytes).digest('hex') }]);
  });

  test('notes on stderr its change number, and that Steam has sent less of the app since', async () => {
    const { exitCode, stderr } = await world.pics('document', '440');
    expect([exitCode, stderr]).toEqual([
      0,
      expect.stringMatching(
        /^Since change 950 Steam sends only a part of it: --part public\.\nChange 900, stored \d{4}-\d\d-\d\d \d\d:\d\d:\d\d, \d+s ago, \d+ bytes\.\n$/,
      ),
    ]);
    const part = await world.pics('document', '440', '--part', 'public');
    expect(part.stdout).toBe(PUBLIC.toString());
    expect(part.stderr).toMatch(/^Change 950, .* bytes; with an access token Steam sends more\.\n$/);
  });

  test('writes JSON in the order of the text, with nothing that a terminal would obey', async () => {
    const { stdout, stderr } = await world.pics('document', '440', '--json');
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      appinfo: { common: { name: `Caf\u{FFFD} ${HOSTILE}` }, depots: { 10: [{ size: '7' }, 'again'] } },
    });
    expect(stdout.indexOf('"10"')).toBeLessThan(stdout.indexOf('"2"'));
    expect(stdout).not.toMatch(/[^\P{Cc}\n]|\u202E/u);
  });

  test('writes one section, as text or as JSON, whatever the case of its name', async () => {
    const text = await world.pics('document', '440', '--section', 'Depots');
    expect(text.stdout).toBe(
      '"depots"\n{\n\t"10"\n\t{\n\t\t"size"\t\t"7"\n\t}\n\t"2"\t\t"b"\n\t"10"\t\t"again"\n}\n',
    );
    expect(await world.ask('document', '440', '--section', 'depots')).toEqual({
      10: [{ size: '7' }, 'again'],
      2: 'b',
    });
    for (const json of [[], ['--json']]) {
      const none = await world.pics('document', '440', '--section', 'ufs', ...json);
      expect([none.exitCode, none.stdout, none.stderr]).toEqual([
        1,
        '',
        'The document of app 440 has no section "ufs". It has: appid, common, depots.\n',
      ]);
    }
  });

  test('says why there is no document, and what to do', async () => {
    const { database } = world;
    const bare = (appid: number) => ({ appid, changeNumber: 900, access: 'public' as const });
    await writeBatch(
      database,
      writeJob({
        records: [bare(20)],
        unknown: [30],
        failed: [{ appid: 40, error: 'KeyValuesError: cut off' }],
      }),
    );
    await markWanted(database, { appids: [50] });
    const said = async (...args: string[]) => {
      const { exitCode, stdout, stderr } = await world.pics('document', ...args);
      expect([exitCode, stdout]).toEqual([1, '']);
      return stderr;
    };
    expect(await said('99')).toBe('Nothing is known of app 99. Fetch it with: pics sync --appids 99\n');
    expect(await said('20')).toBe(
      'No document of app 20 is stored, only its rows: they were written with DOCUMENTS=off or by an older version. Fetch it with: pics sync --appids 20\n',
    );
    expect(await said('30')).toBe('Steam knows no app 30, or shows it to nobody.\n');
    expect(await said('40')).toMatch(
      /^App 40 failed \d+s ago: KeyValuesError: cut off\. Retry it with: pics requeue --appids 40\n$/,
    );
    expect(await said('50')).toBe('Nothing of app 50 is stored yet: it is wanted.\n');
    expect(await said('10', '--part', 'public')).toMatch(/^No public part of app 10 is stored/);
  });

  test('says that a stored document is damaged, and prints none of it', async () => {
    const body = Buffer.from('"appinfo"\n{\n\t"appid"\t\t"60"\n}\n');
    await storeApps(world.database, [{ appid: 60, changeNumber: 900, missingToken: false, body }]);
    await sql`update app_documents set sha1 = decode(repeat('00', 20), 'hex') where appid = 60`.execute(
      world.database,
    );
    const { exitCode, stdout, stderr } = await world.pics('document', '60');
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^The stored document of app 60 is damaged: .* pics verify --fix\n$/);
  });

  test('wants an id', async () => {
    const { exitCode, stderr } = await world.pics('document', 'half-life');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('it needs an id, such as 440')]);
  });
});

describe('pics app --raw', () => {
  test('prints the newest stored document without asking Steam', async () => {
    const { exitCode, stdout, stderr } = await world.pics('app', '440', '--raw');
    expect([exitCode, stdout]).toEqual([0, PUBLIC.toString()]);
    expect(stderr).toMatch(
      /^Change 950, stored .* ago, 66 bytes; with an access token Steam sends more\.\n$/,
    );
    expect(await world.ask('app', '10', '--raw')).toEqual({
      appid: 10,
      changeNumber: 901,
      missingToken: false,
      fetchedAt: expect.stringMatching(/Z$/),
      sha1: expect.stringMatching(/^[0-9a-f]{40}$/),
      body: '"appinfo"\n{\n\t"appid"\t\t"10"\n}\n',
    });
  });

  test('asks Steam if no document is stored, and with --ask-steam', async () => {
    const simulator = await startTestSimulator({ apps: 20 });
    const env = { ...environmentOf(simulator), DATABASE_URL: world.databaseUrl };
    const app = simulator
      .apps()
      .map(({ appid }) => simulator.findApp(appid))
      .find((one) => one && one.text.length > 0 && !one.missingToken);
    if (!app) throw new Error('no app has a body');
    const { appid, changeNumber, text } = app;
    await sql`delete from app_documents where appid = ${appid}`.execute(world.database);
    const raw = await runCli(['app', String(appid), '--raw'], env);
    expect([raw.stdout, raw.stderr]).toEqual([
      text.toString(),
      `No document of app ${appid} is stored: asking Steam.\nChange ${changeNumber}, ${text.length} bytes.\n`,
    ]);
    await storeApps(world.database, [
      {
        appid,
        changeNumber: 1,
        missingToken: false,
        body: Buffer.from(`"appinfo"\n{\n\t"appid"\t\t"${appid}"\n}\n`),
      },
    ]);
    const asked = await runCli(['app', String(appid), '--raw', '--ask-steam'], env);
    expect([asked.exitCode, asked.stdout]).toEqual([0, text.toString()]);
    expect(simulator.requests(['product-info'])).toHaveLength(2);
    const wrong = await world.pics('app', '440', '--ask-steam');
    expect([wrong.exitCode, wrong.stderr]).toEqual([
      2,
      expect.stringContaining('--ask-steam goes with --raw'),
    ]);
  });
});
