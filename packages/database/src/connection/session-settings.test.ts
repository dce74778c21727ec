import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { withDatabase } from '../../../../test/support/database-url.ts';
import { closeAtEnd } from '../../../../test/support/cleanup.ts';
import { readStoredApps } from '../../../../test/support/stored-apps.ts';
import { applyRecords } from '../../../../test/support/stored-apps.ts';
import { migrateToLatest } from '../migrations/migrate-to-latest.ts';
import { fullRecord, writeJob } from '../testing/app-record.ts';
import { freshDatabase, openDatabase } from '../testing/support/fresh-database.ts';
import { writeBatch } from '../write/write-batch.ts';
import { findDatabaseBlocker } from './find-database-blocker.ts';
import { inspectDatabase } from './inspect-database.ts';

/** Sets a default of a whole database, which sessions that begin afterwards get. */
async function setDefaults(url: string, ...settings: string[]) {
  const name = sql.id(new URL(url).pathname.slice(1));
  const db = openDatabase(url);
  for (const setting of settings) await sql`alter database ${name} set ${sql.raw(setting)}`.execute(db);
}

describe('defaults of a server, a database or a role', () => {
  test('that would change the meaning of statements or values do not reach the sessions of the pipeline', async () => {
    const { url } = await freshDatabase();
    await setDefaults(
      url,
      `default_transaction_isolation = 'serializable'`,
      `default_transaction_deferrable = on`,
      `datestyle = 'German, DMY'`,
      `intervalstyle = 'iso_8601'`,
      `timezone = 'Asia/Kathmandu'`,
      `client_encoding = 'LATIN1'`,
      `bytea_output = 'escape'`,
      `standard_conforming_strings = off`,
      `array_nulls = off`,
      `statement_timeout = '5s'`,
      `lock_timeout = '5s'`,
      `idle_in_transaction_session_timeout = '5s'`,
      `idle_session_timeout = '5s'`,
    );
    const db = openDatabase(url);
    const records = [1, 2, 3].map((appid) => fullRecord(appid, 900, { developers: ['Łódź Gańśe 遊戲'] }));
    expect(await writeBatch(db, writeJob({ records }))).toMatchObject({ added: 3, failed: 0 });
    const stored = await readStoredApps(db);
    for (const record of records) expect(stored.get(record.appid)).toEqual(applyRecords([record]));
    const { rows } = await sql`
      select '2026-02-03 04:05:06+00'::timestamptz as at, '\\x00ff'::bytea as bytes,
        current_setting('transaction_isolation') as isolation, current_setting('statement_timeout') as timeout
    `.execute(db);
    expect(rows).toEqual([
      {
        at: new Date('2026-02-03T04:05:06Z'),
        bytes: Buffer.from([0, 255]),
        isolation: 'read committed',
        timeout: '10s',
      },
    ]);
  });

  test.for([
    ['default_transaction_isolation', 'serializable', 'read committed'],
    ['default_transaction_deferrable', 'on', 'off'],
    ['datestyle', 'German, DMY', 'ISO, MDY'],
    ['intervalstyle', 'iso_8601', 'postgres'],
    ['timezone', 'Asia/Kathmandu', 'UTC'],
    ['client_encoding', 'LATIN1', 'UTF8'],
    ['bytea_output', 'escape', 'hex'],
    ['extra_float_digits', '-3', '1'],
    ['standard_conforming_strings', 'off', 'on'],
    ['array_nulls', 'off', 'on'],
    ['random_page_cost', '9', '1.1'],
    ['statement_timeout', '7s', '10s'],
    ['lock_timeout', '7s', '3s'],
    ['idle_in_transaction_session_timeout', '7s', '15s'],
    ['idle_session_timeout', '7s', '0'],
  ] as const)(
    '%s does not reach the sessions of the pipeline from a database or a role',
    async ([name, theirs, ours]) => {
      const { url } = await freshDatabase();
      const role = `owner_${randomBytes(6).toString('hex')}`;
      const admin = openDatabase(url);
      await sql`create role ${sql.id(role)} login password 'secret'`.execute(admin);

      await setDefaults(url, `${name} = '${theirs}'`);
      await sql`alter role ${sql.id(role)} set ${sql.ref(name)} = ${sql.lit(theirs)}`.execute(admin);
      const read = async (from: string) => {
        const { rows } = await sql<{ value: string }>`select current_setting(${name}) as value`.execute(
          openDatabase(from),
        );
        return rows[0]?.value;
      };
      const asRole = Object.assign(new URL(url), { username: role, password: 'secret' }).href;
      const found = [await read(url), await read(asRole)];
      await sql`drop role ${sql.id(role)}`.execute(admin);
      expect(found).toEqual([ours, ours]);
    },
  );

  test.for(['', 'pg_catalog', 'nowhere'])(
    'such as search_path = %j, which leads to no schema for tables, are named by services and migrations',
    async (path) => {
      const { url } = await freshDatabase();
      await setDefaults(url, `search_path = '${path}'`);
      expect(await findDatabaseBlocker(openDatabase(url))).toMatch(
        /search_path names no schema for tables: it is /,
      );
      await expect(migrateToLatest(url)).rejects.toThrow(/search_path names no schema for tables: it is /);
    },
  );

  test('that make the database read-only are named by services, migrations and the doctor', async () => {
    const { url } = await freshDatabase();
    await setDefaults(url, 'default_transaction_read_only = on');
    expect(await findDatabaseBlocker(openDatabase(url))).toMatch(/read-only.*default_transaction_read_only/);
    await expect(migrateToLatest(url)).rejects.toThrow(/read-only.*default_transaction_read_only/);
    expect(await inspectDatabase(url)).toMatchObject({ writable: false });
  });
});

test('a database that is not UTF-8 is refused by migrations and named by services and the doctor', async () => {
  const { url, db } = await freshDatabase();
  const name = `${new URL(url).pathname.slice(1)}_latin`;
  await sql`create database ${sql.id(name)} encoding 'LATIN1' locale 'C' template template0`.execute(db);
  closeAtEnd('latin', async () => void (await sql`drop database ${sql.id(name)} with (force)`.execute(db)));
  const latin = withDatabase(url, name);
  const sentence = /encoding LATIN1, which cannot hold every name: create one with encoding UTF8/;
  await expect(migrateToLatest(latin)).rejects.toThrow(sentence);
  expect(await inspectDatabase(latin)).toMatchObject({ encoding: 'LATIN1' });
  const latinDb = openDatabase(latin);
  const tables = [
    'pics_state (polled_at timestamptz)',
    'pics_app_ledger ()',
    'pics_scans ()',
    'pics_throughput ()',
  ];
  for (const table of tables) await sql`create table ${sql.raw(table)}`.execute(latinDb);
  expect(await findDatabaseBlocker(latinDb)).toMatch(sentence);
});
