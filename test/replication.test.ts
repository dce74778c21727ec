import type { AppRecord } from '@pics/core';
import {
  connectDatabase,
  markWanted,
  migrateToLatest,
  recordPoll,
  writeBatch,
  type Database,
} from '@pics/database';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import {
  emptyRecord,
  fullRecord,
  recordWith,
  writeJob,
} from '../packages/database/src/testing/app-record.ts';
import { closeAtEnd } from './support/cleanup.ts';
import { createTestDatabase } from './support/database.ts';
import { withDatabase } from './support/database-url.ts';
import { createTestPostgres } from './support/postgres.ts';
import { readBlock } from './support/read-page.ts';

const COPIED_MS = 60_000;

interface Server {
  url: string;
  database: Database;
}

const blockOf = (title: string) => readBlock('docs/supabase.md', title);

function connect(url: string): Database {
  const database = connectDatabase(url, { applicationName: 'test', maxConnections: 2 });
  closeAtEnd('database', () => database.destroy());
  return database;
}

/** A hash of the rows of every table and view, by its name. */
async function readContents(database: Database): Promise<Record<string, string>> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') order by 1`.execute(database);
  const contents = rows.map(async ({ name }) => {
    const hash = await sql<{ hash: string }>`
      select count(*) || ' ' || md5(string_agg(t::text, '' order by t::text)) as hash from ${sql.id(name)} t
    `.execute(database);
    return [name, hash.rows[0]?.hash ?? ''];
  });
  return Object.fromEntries(await Promise.all(contents)) as Record<string, string>;
}

/** A catalogue whose owner is no superuser, as at Supabase, on a server that can be followed. */
async function startPublisher(): Promise<Server> {
  const postgres = await createTestPostgres({ temporary: false });
  const admin = connect(postgres.url);
  await sql`alter system set wal_level = logical`.execute(admin);
  await sql`create role owner login replication createrole password 'generated'`.execute(admin);
  await sql`create database theirs owner owner`.execute(admin);
  await postgres.restart();
  const url = new URL(withDatabase(postgres.url, 'theirs'));
  url.username = 'owner';
  url.password = 'generated';
  await migrateToLatest(url.href);
  return { url: url.href, database: connect(url.href) };
}

async function startSubscriber(publisher: Server): Promise<Server> {
  const { url } = await createTestPostgres();
  const database = connect(url);
  const { rows } = await sql.raw<{ statement: string }>(blockOf('publication.sql')).execute(database);
  await sql.raw(rows[0]?.statement ?? '').execute(publisher.database);
  await sql.raw(blockOf('empty.sql')).execute(database);
  const { hostname: host, port, username: user, password, pathname } = new URL(publisher.url);
  const connection = `host=${host} port=${port} dbname=${pathname.slice(1)} user=${user} password=${password}`;
  await sql.raw(blockOf('subscribe.sql').replace(/'host=.*'/, `'${connection}'`)).execute(database);
  return { url, database };
}

test('every table has a primary key, so that updates and deletes can be replicated', async () => {
  const { url } = await createTestDatabase();
  const { rows } = await sql`
    select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
      and (relreplident <> 'd' or not exists (select from pg_index where indrelid = pg_class.oid and indisprimary))
  `.execute(connect(url));
  expect(rows).toEqual([]);
});

test(
  'a subscription carries all tables identically, with what changes and what goes, and its copy can take over',
  { timeout: 300_000 },
  async () => {
    const publisher = await startPublisher();
    const stored = [fullRecord(440, 900), fullRecord(570, 900), emptyRecord(730, 900)];
    await markWanted(publisher.database, { appids: [440, 570, 730, 10] });
    await writeBatch(publisher.database, writeJob({ records: stored, unknown: [10] }));
    // Not published, or writing to it would need a key.
    await sql`create table pics_sync_state (at timestamptz)`.execute(publisher.database);
    const subscriber = await startSubscriber(publisher);
    const expectCopied = async () => {
      const { pics_sync_state: _, ...contents } = await readContents(publisher.database);
      await expect
        .poll(() => readContents(subscriber.database), { timeout: COPIED_MS, interval: 200 })
        .toEqual(contents);
    };
    await expectCopied();

    const apps = [{ id: 440, changeNumber: 950, needsToken: false }];
    await recordPoll(publisher.database, { since: 0, current: 950, apps, packages: [] });
    const records = [
      recordWith(440, 950, { name: 'Renamed', tagIds: [21, 122], deck: null }),
      fullRecord(620, 950, { developers: ['Brand New'] }),
    ];
    await writeBatch(
      publisher.database,
      writeJob({ records, unknown: [570], failed: [{ appid: 730, error: 'X' }] }),
    );
    await sql`delete from apps where appid = 570`.execute(publisher.database);
    await expectCopied();

    await sql`drop subscription pics_mirror`.execute(subscriber.database);
    await sql.raw(blockOf('take-over.sql')).execute(subscriber.database);
    const newer = [fullRecord(20, 960, { developers: ['Another One'], publishers: ['And Another'] })];
    expect(await writeBatch(subscriber.database, writeJob({ records: newer }))).toMatchObject({
      added: 1,
      failed: 0,
    });
  },
);

test('Realtime gets one message for each app that changed', { timeout: 300_000 }, async () => {
  const { database } = await startPublisher();
  const write = (records: AppRecord[]) => writeBatch(database, writeJob({ records }));
  await write([fullRecord(440, 900), fullRecord(570, 900)]);
  await sql`create publication supabase_realtime`.execute(database); // Each project has it.
  await sql.raw(blockOf('realtime.sql')).execute(database);
  await sql`select pg_create_logical_replication_slot('realtime', 'pgoutput')`.execute(database);
  await write([recordWith(440, 901, { name: 'Renamed' }), fullRecord(570, 901), fullRecord(730, 901)]);
  // The first byte of a message of pgoutput is its type: an insert, an update or a delete. It comes once it is on disk.
  const readTypes = async () => {
    const { rows } = await sql<{ type: string }>`
      select convert_from(substr(data, 1, 1), 'UTF8') as type from pg_logical_slot_peek_binary_changes(
        'realtime', null, null, 'proto_version', '1', 'publication_names', 'supabase_realtime'
      )`.execute(database);
    return rows.flatMap(({ type }) => ('IUD'.includes(type) ? type : [])).toSorted();
  };
  await expect.poll(readTypes, { timeout: COPIED_MS }).toEqual(['I', 'U']);
  await sql`select pg_drop_replication_slot('realtime')`.execute(database);
});
