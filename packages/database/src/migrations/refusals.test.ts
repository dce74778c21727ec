import { connect, createServer } from 'node:net';
import { findFreePort } from '@pics/local';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { closeAtEnd } from '../../../../test/support/cleanup.ts';
import { createTestDatabase } from '../../../../test/support/database.ts';
import { createStorefrontCatalogue } from '../../../../test/support/storefront-catalogue.ts';
import { connectDatabase } from '../connection/connect-database.ts';
import { openDatabase } from '../testing/support/fresh-database.ts';
import { migrateToLatest } from './migrate-to-latest.ts';

test('nobody waits long behind a migration that waits for a lock, and it goes on when that is free', async () => {
  const { url } = await createStorefrontCatalogue({ pics: 'after' });
  const db = openDatabase(url);
  const holder = await openDatabase(url).startTransaction().execute();
  await sql`select from apps`.execute(holder);

  const reader = connectDatabase(url, { maxConnections: 1, applicationName: 'test', lockTimeoutMs: 0 });
  closeAtEnd('reader', () => reader.destroy());
  const waits = Promise.withResolvers<string>();
  const migrating = migrateToLatest(url, { onWait: waits.resolve });
  expect(await waits.promise).toMatch(/^pid \d+, application test, since .* UTC: idle in transaction$/);
  // Each query queues behind the migration's request for the table, which lasts for 3 s at most.
  for (let queries = 0; queries < 3; queries += 1) {
    const startedAt = Date.now();
    expect((await sql`select from apps`.execute(reader)).rows).toHaveLength(5);
    expect(Date.now() - startedAt).toBeLessThan(10_000);
    await sql`select pg_sleep(2)`.execute(db);
  }
  expect((await sql`select to_regclass('pics_state') as name`.execute(db)).rows).toEqual([{ name: null }]);

  await holder.commit().execute();
  expect((await migrating).length).toBeGreaterThan(10);
});

test('a server that refuses connections because it is starting is tried again for some seconds', async () => {
  const { url } = await createTestDatabase({ migrated: false });
  const port = await findFreePort();
  const refused = Promise.withResolvers<void>();
  const address = new URL(url);
  const server = new URL(url);
  address.port = String(port);
  const migrating = migrateToLatest(address.href, { onRefused: refused.resolve });
  await refused.promise;
  const proxy = createServer((client) => {
    const upstream = connect(Number(server.port), server.hostname);
    client.pipe(upstream).pipe(client);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  }).listen(port, '127.0.0.1');
  closeAtEnd('proxy', async () => void proxy.close());
  expect((await migrating).length).toBeGreaterThan(10);
  await expect(migrateToLatest('postgres://x@127.0.0.1:1/x')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a migration that fails leaves nothing behind', async () => {
  const { url } = await createStorefrontCatalogue({ pics: 'before' });
  const db = openDatabase(url);
  // The second of the two is made after all tables.
  await sql`create view app_details as select 1 as one`.execute(db);
  await expect(migrateToLatest(url)).rejects.toThrow(
    'app_details exists and is not the view of this project: rename it',
  );
  const { rows } = await sql`select relname from pg_class where relname like 'pics%'`.execute(db);
  expect(rows).toEqual([]);
});

test.for([
  [`text check (category in ('Verified', 'Playable'))`, 'unknown, unsupported, playable, verified'],
  [`smallint check (category between 1 and 3)`, '0'],
])(
  'a constraint that refuses a Deck category is named before anything changes (%s)',
  async ([type, refused]) => {
    const { url } = await createStorefrontCatalogue({ pics: 'before' });
    const db = openDatabase(url);
    await sql.raw(`create table app_steam_deck (appid integer primary key, category ${type})`).execute(db);
    await expect(migrateToLatest(url)).rejects.toThrow(
      `nothing was changed: constraint app_steam_deck_category_check of app_steam_deck refuses ${refused}: drop it, or let it in`,
    );
    expect((await sql`select to_regclass('steam_tags') as name`.execute(db)).rows).toEqual([{ name: null }]);
  },
);

test.for(['text', `text check (category in ('unknown', 'unsupported', 'playable', 'verified'))`, 'smallint'])(
  'a Deck category of the type %s is accepted',
  async (type) => {
    const { url } = await createStorefrontCatalogue({ pics: 'before' });
    const db = openDatabase(url);
    await sql.raw(`create table app_steam_deck (appid integer primary key, category ${type})`).execute(db);
    expect((await migrateToLatest(url)).length).toBeGreaterThan(10);
  },
);
