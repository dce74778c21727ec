import { sectionsToJson } from '@pics/appinfo';
import { connectDatabase, writeBatch } from '@pics/database';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { writeJob } from '../packages/database/src/testing/app-record.ts';
import { closeAtEnd } from './support/cleanup.ts';
import { createTestDatabase } from './support/database.ts';
import { readBlocks } from './support/read-page.ts';

const TEXT = `"appinfo" {
  "appid" "440"
  "config" {
    "installdir" "Team Fortress 2"
    "launch" {
      "0" { "executable" "hl2.exe" "arguments" "-game tf" "config" { "oslist" "windows" } }
      "10" { "executable" "hl2.sh" "description" "Play on Linux" }
      "2" { "executable" "hl2_osx" }
    }
  }
  "depots" {
    "baselanguages" "english"
    "441" { "config" { "oslist" "windows" } "manifests" { "public" { "gid" "5234567890123456789" "size" "1048576" "download" "524288" } } }
    "232251" { "manifests" { "public" { "gid" "7" "size" "20971520" "download" "10485760" } } }
    "228990" { "sharedinstall" "1" }
    "442" { "manifests" { "public" "5234567890123456789" } }
    "branches" {
      "public" { "buildid" "20900000" "timeupdated" "1764000000" }
      "beta" { "buildid" "20900001" "timeupdated" "1764000100" "description" "Opt in" "pwdrequired" "1" }
      "old" { "buildid" "7" }
    }
  }
  "ufs" { "quota" "1000" "savefiles" { "0" { "root" "gameinstall" "path" "tf/save" "pattern" "*.sav" } } }
}`;

test('the queries of the README show the branches, launch options, depot sizes and saves of an app', async () => {
  const { url } = await createTestDatabase();
  const database = connectDatabase(url, { applicationName: 'test', maxConnections: 1 });
  closeAtEnd('database', () => database.destroy());
  await writeBatch(
    database,
    writeJob({
      records: [{ appid: 440, changeNumber: 900, access: 'restricted' }],
      bodies: [{ appid: 440, bytes: Buffer.from(TEXT) }],
    }),
    { toSections: (text) => sectionsToJson(text, ['depots', 'config', 'ufs']) },
  );

  const statements = readBlocks('README.md')
    .filter(({ language, text }) => language === 'sql' && text.includes('app_sections'))
    .flatMap(({ text }) => text.split(/;\n/))
    .filter((statement) => statement.trim() !== '');
  const results = [];
  for (const statement of statements) {
    const { rows } = await sql.raw<Record<string, unknown>>(statement).execute(database.withoutPlugins());
    results.push(rows.map((row) => Object.values(row)));
  }
  const [branches, launch, depots, saves] = results;
  expect(branches).toEqual([
    ['beta', '20900001', new Date(1_764_000_100_000), 'Opt in', true],
    ['public', '20900000', new Date(1_764_000_000_000), null, false],
    ['old', '7', null, null, false],
  ]);
  expect(launch).toEqual([
    [null, 'hl2.exe', '-game tf', 'windows'],
    [null, 'hl2_osx', null, null],
    ['Play on Linux', 'hl2.sh', null, null],
  ]);
  expect(depots).toEqual([
    ['232251', null, '20 MB', '10 MB'],
    ['441', 'windows', '1024 kB', '512 kB'],
  ]);
  expect(saves).toEqual([['gameinstall', 'tf/save', '*.sav']]);
});
