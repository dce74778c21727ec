import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { CATALOGUE_TABLES, readSnapshot } from '@pics/database';
import { sql } from 'kysely';
import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { beforeAll, describe, expect, test } from 'vitest';
import { closeAtEnd } from '../support/cleanup.ts';
import { createCliWorld } from '../support/cli-world.ts';
import { openDuckDb } from '../support/duckdb.ts';
import { createTestFolder } from '../support/folder.ts';

const MAIN = resolve(import.meta.dirname, '../../apps/cli/src/main.ts');
const world = await createCliWorld();
const { database, databaseUrl } = world;
const folder = createTestFolder();
const env = { PATH: process.env['PATH'], DATABASE_URL: databaseUrl };
const duckDb = await openDuckDb();
const client = new Client({ connectionString: databaseUrl });
await client.connect();
closeAtEnd('client', () => client.end());

beforeAll(async () => {
  // Columns that somebody added belong to the table as well, with types that no column of ours has.
  await sql`create type mood as enum ('good', 'bad')`.execute(database);
  await sql`alter table apps add column moods text[], add column numbers integer[], add column price numeric,
    add column mood mood, add column "Their ""own"" name" bigint, add column ratio double precision`.execute(
    database,
  );
  await sql`insert into apps (appid, name, type, is_free, content_descriptors, languages, steam_release_date, created_at,
      moods, numbers, price, mood, "Their ""own"" name", ratio)
    values
    (10, 'Counter-Strike', 'game', false, '[2, 5]', '{"english": {"supported": true}}', '2000-11-01 00:00:00+00',
      '2026-11-29 12:00:00.123456+00', array['a,b', null, 'c"d'], '{1,null,3}', 9.99, 'good', 9007199254740993, 0.1),
    (20, E'He said "no",\r\nand left — ポータル™ 🎮', 'dlc', null, '[]', '{}', '1969-12-31 23:59:59.5+00',
      '2038-01-19 03:14:08+00', '{}', '{}', -0.5, null, -1, 'Infinity'),
    (30, '', null, true, null, null, null, null, null, null, null, null, null, null)`.execute(database);
  await sql`insert into pics_changes (change_number, kind, id, needs_token, seen_at)
    select n, 'app', n, n % 2 = 0, now() from generate_series(1, 300000) as n`.execute(database);
});

/** The rows as Postgres itself writes them as JSON. */
async function readStored(table: string): Promise<Record<string, unknown>[]> {
  const { rows } = await client.query<{ row: Record<string, unknown> }>(
    `select to_jsonb(${table}) as row from ${table} order by 1`,
  );
  return rows.map(({ row }) => row);
}

test.skipIf(!duckDb)('a Parquet file has every value with its type, as DuckDB reads it', async () => {
  const file = join(folder, 'apps.parquet');
  expect(await world.pics('export', '--table', 'apps', '--out', file)).toMatchObject({
    exitCode: 0,
    stdout: `${file}: 3 rows\n`,
    stderr: '',
  });
  const described = (await duckDb?.(`describe select * from '${file}'`)) ?? [];
  const types = Object.fromEntries(described.map((row) => [row['column_name'], row['column_type']]));
  expect(types).toMatchObject({
    appid: 'INTEGER',
    name: 'VARCHAR',
    is_free: 'BOOLEAN',
    languages: 'JSON',
    created_at: 'TIMESTAMP WITH TIME ZONE',
    moods: 'VARCHAR[]',
    numbers: 'INTEGER[]',
    price: 'VARCHAR',
    mood: 'VARCHAR',
    'Their "own" name': 'BIGINT',
    ratio: 'DOUBLE',
  });
  const times = ['steam_release_date', 'created_at'];
  const read = await duckDb?.(
    `select * replace (${times.map((time) => `epoch_us(${time})::varchar as ${time}`).join(', ')}) from '${file}' order by appid`,
  );
  const { rows: stored } = await client.query<Record<string, unknown>>(
    `select apps.*, price::text as price, "Their ""own"" name"::text as "Their ""own"" name",
       ${times.map((time) => `(extract(epoch from ${time}) * 1000000)::bigint::text as ${time}`).join(', ')}
     from apps order by appid`,
  );
  const parsed = read?.map((row) => ({
    ...row,
    languages: JSON.parse(String(row['languages'])) as unknown,
    content_descriptors: JSON.parse(String(row['content_descriptors'])) as unknown,
    ratio: row['ratio'] === 'Infinity' ? Infinity : row['ratio'],
    updated_at: null,
  }));
  expect(parsed).toEqual(stored.map((row) => ({ ...row, updated_at: null })));
});

test('a CSV file that Postgres loads again gives the same rows', async () => {
  const { exitCode, stdout } = await world.pics('export', '--table', 'apps');
  expect(exitCode).toBe(0);
  const [heading = ''] = stdout.split('\n');
  expect(stdout).toContain('2026-11-29T12:00:00.123456Z');
  const before = await readStored('apps');
  await client.query('create table copied (like apps)');
  const file = join(folder, 'copied.csv');
  // COPY reads arrays only in its own form.
  writeFileSync(file, stdout);
  await client.query(
    'alter table copied alter column moods type jsonb using null, alter column numbers type jsonb using null',
  );
  const copy = client.query(copyFrom(`copy copied (${heading}) from stdin with (format csv, header)`));
  await pipeline(createReadStream(file), copy);
  expect(await readStored('copied')).toEqual(before);
});

test('every table and view of the catalogue is exported, as of one moment, a file each', async () => {
  const out = join(folder, 'catalogue');
  const files = (await world.ask('export', '--all', '--format', 'parquet', '--out', out)) as {
    table: string;
    rows: number;
  }[];
  const tables = CATALOGUE_TABLES.filter((table) => !['app_documents', 'app_versions'].includes(table));
  expect(files.map(({ table }) => table)).toEqual(tables);
  expect(readdirSync(out).toSorted()).toEqual(tables.map((table) => `${table}.parquet`).toSorted());
  expect(files.find(({ table }) => table === 'pics_changes')?.rows).toBe(300_000);
  for (const { table, rows } of duckDb ? files : []) {
    const [counted] =
      (await duckDb?.(`select count(*)::integer as rows from '${join(out, `${table}.parquet`)}'`)) ?? [];
    expect(counted, table).toEqual({ rows });
  }
});

test('a table that is read later lacks what was written after the first', async () => {
  const counts = await readSnapshot(database, async (readTable) => {
    const count = async (name: 'apps' | 'developers') => {
      let rows = 0;
      for await (const chunk of (await readTable(name)).chunks) rows += chunk.length;
      return rows;
    };
    const apps = await count('apps');
    await client.query(`insert into developers (name) values ('written later')`);
    return { apps, developers: await count('developers') };
  });
  expect(counts).toEqual({ apps: 3, developers: 0 });
});

test.each(['csv', 'parquet'])('300,000 rows as %s need no more memory than a few chunks', async (format) => {
  const exporting = spawn(
    process.execPath,
    [
      '--max-old-space-size=48',
      '--max-semi-space-size=4',
      MAIN,
      'export',
      '--table',
      'pics_changes',
      '--format',
      format,
    ],
    { env, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let bytes = 0;
  exporting.stdout.on('data', (chunk: Buffer) => (bytes += chunk.length));
  const [said, [exitCode]] = await Promise.all([text(exporting.stderr), once(exporting, 'close')]);
  expect([exitCode, said]).toEqual([0, '300,000 rows of pics_changes.\n']);
  expect(bytes).toBeGreaterThan(100_000);
});

test('a reader that has seen enough ends the export without an error', async () => {
  const exporting = spawn(process.execPath, [MAIN, 'export', '--table', 'pics_changes'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  exporting.stdout.once('data', () => exporting.stdout.destroy());
  const [said, [exitCode]] = await Promise.all([text(exporting.stderr), once(exporting, 'close')]);
  expect([exitCode, said]).toEqual([0, '']);
});

describe('a file', () => {
  test('stays as it was, and nothing else is left, when the export fails', async () => {
    const out = join(folder, 'kept');
    mkdirSync(out);
    const file = join(out, 'apps.csv');
    writeFileSync(file, 'earlier');
    await client.query('begin; lock table apps in access exclusive mode');
    try {
      const { exitCode, stderr } = await world.pics('export', '--table', 'apps', '--out', file);
      expect(exitCode).toBe(1);
      expect(stderr).toContain('Another transaction holds');
    } finally {
      await client.query('rollback');
    }
    expect(readFileSync(file, 'utf8')).toBe('earlier');
    expect(readdirSync(out)).toEqual(['apps.csv']);
  });

  test('that cannot be written is named', async () => {
    const file = join(folder, 'missing', 'apps.csv');
    const { exitCode, stderr } = await world.pics('export', '--table', 'apps', '--out', file);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^The files cannot be written: ENOENT.*missing\/apps\.csv/);
    expect(existsSync(join(folder, 'missing'))).toBe(false);
  });
});
