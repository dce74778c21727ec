import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { withDatabase } from '../../../../test/support/database-url.ts';
import { closeAtEndOfFile } from '../../../../test/support/cleanup.ts';
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
  closeAtEndOfFile(
    'latin',
    async () => void (await sql`drop database ${sql.id(name)} with (force)`.execute(db)),
  );
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
