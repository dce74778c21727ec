import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { closeAtEnd } from '../../../../test/support/cleanup.ts';
import { connectDatabase, type Database } from '../connection/connect-database.ts';
import { migrateToLatest } from '../migrations/migrate-to-latest.ts';
import { fullRecord, writeJob } from '../testing/app-record.ts';
import { freshDatabase, openDatabase } from '../testing/support/fresh-database.ts';
import { addUser, urlOf } from '../testing/support/users.ts';
import { writeBatch } from '../write/write-batch.ts';
import { createReader, dropReader, getReaders, rotateReader } from './readers.ts';

let url: string;
let db: Database;

beforeEach(async () => {
  ({ url, db } = await freshDatabase());
  await writeBatch(db, writeJob({ records: [fullRecord(440, 900)] }));
});

/** A name that no other test uses; the reader is removed when the test is done. */
function readerName(): string {
  const name = `reader_${randomBytes(6).toString('hex')}`;
  const createdIn = url;
  closeAtEnd(name, async () => {
    const again = connectDatabase(createdIn, { maxConnections: 1, applicationName: 'test' });
    await sql`drop role if exists ${sql.id(name)}`.execute(again);
    await again.destroy();
  });
  return name;
}

/** Connects with a URL for one query, and closes the connection. */
async function countApps(readerUrl: string): Promise<number> {
  const reader = openDatabase(readerUrl);
  return (await sql`select from app_details`.execute(reader)).rows.length;
}

test('creating a reader returns a URL that reads the catalogue', async () => {
  const name = readerName();
  const reader = await createReader(db, url, name);
  expect(reader).toMatchObject({ name, fault: undefined });
  expect(await countApps(reader.url)).toBe(1);
  expect(await getReaders(db)).toContainEqual({ name, createdHere: true });
});

test('the password of a reader is never sent to the server', async () => {
  const sent: Buffer[] = [];
  const { port, hostname } = new URL(url);
  const recorder = createServer((client) => {
    const server = connect(Number(port), hostname);
    client
      .on('data', (chunk) => sent.push(chunk))
      .pipe(server)
      .pipe(client);
    client.on('error', () => server.destroy());
    server.on('error', () => client.destroy());
  });
  await once(recorder.listen(0, '127.0.0.1'), 'listening');
  closeAtEnd('recorder', async () => void recorder.close());
  const through = new URL(url);
  through.port = String((recorder.address() as AddressInfo).port);

  const reader = await createReader(openDatabase(through.href), through.href, readerName());
  const bytes = Buffer.concat(sent).toString('latin1');
  expect(bytes).toContain(`create role "${reader.name}" login password`);
  expect(bytes).not.toContain(new URL(reader.url).password);
});

test('a new password replaces the old one, and a dropped reader reads nothing, not even what it has open', async () => {
  const name = readerName();
  const first = await createReader(db, url, name);
  const second = await rotateReader(db, url, name);
  await expect(countApps(first.url)).rejects.toThrow('password authentication failed');
  const open = openDatabase(second.url);
  expect((await sql`select from apps`.execute(open)).rows).toHaveLength(1);
  await dropReader(db, name);
  await expect(sql`select from apps`.execute(open)).rejects.toThrow('permission denied');
  expect((await getReaders(db)).map((reader) => reader.name)).not.toContain(name);
});

test('lists the members that somebody else added, and neither drops nor changes them', async () => {
  const member = await addUser(db, url, 'login in role pics_reader');
  expect(await getReaders(db)).toContainEqual({ name: member, createdHere: false });
  await expect(dropReader(db, member)).rejects.toThrow(`There is no reader ${member}`);
  await expect(rotateReader(db, url, member)).rejects.toThrow(`There is no reader ${member}`);
});

test('a name that is taken is refused with what to do instead', async () => {
  const taken = await addUser(db, url);
  await expect(createReader(db, url, taken)).rejects.toThrow(`GRANT pics_reader TO ${taken}`);
  const { name } = await createReader(db, url, readerName());
  await expect(createReader(db, url, name)).rejects.toThrow(`pics reader rotate ${name}`);
});

describe('an owner that is no superuser', () => {
  /** A database that a user with these options owns and has migrated, and the user's connection to it. */
  async function migrateAs(options: string): Promise<{ owner: string; ownerUrl: string; owned: Database }> {
    const fresh = await freshDatabase({ migrated: false });
    const owner = await addUser(db, fresh.url, options);
    await sql`grant all on schema public to ${sql.id(owner)}`.execute(fresh.db);
    const ownerUrl = urlOf(owner, fresh.url);
    await migrateToLatest(ownerUrl);
    const owned = openDatabase(ownerUrl);
    await writeBatch(owned, writeJob({ records: [fullRecord(440, 900)] }));
    return { owner, ownerUrl, owned };
  }

  test('creates readers when it may create roles and administers pics_reader', async () => {
    const { owner, ownerUrl, owned } = await migrateAs('login createrole');
    await sql`grant pics_reader to ${sql.id(owner)} with admin option`.execute(db);
    const name = readerName();
    const { url: readerUrl, fault } = await createReader(owned, ownerUrl, name);
    expect(fault).toBeUndefined();
    expect(await countApps(readerUrl)).toBe(1);
    await rotateReader(owned, ownerUrl, name);
    await dropReader(owned, name);
  });

  test('is told in one sentence which right it lacks, and no user is left behind', async () => {
    const { owner, ownerUrl, owned } = await migrateAs('login');
    const name = readerName();
    await expect(createReader(owned, ownerUrl, name)).rejects.toThrow(`ALTER ROLE ${owner} CREATEROLE`);
    await sql`alter role ${sql.id(owner)} createrole`.execute(db);
    await expect(createReader(owned, ownerUrl, name)).rejects.toThrow(
      `GRANT pics_reader TO ${owner} WITH ADMIN OPTION`,
    );
    expect((await sql`select from pg_roles where rolname = ${name}`.execute(db)).rows).toEqual([]);
  });
});
