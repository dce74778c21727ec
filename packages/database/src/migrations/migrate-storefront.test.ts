import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import {
  createStorefrontCatalogue,
  type StorefrontOptions,
} from '../../../../test/support/storefront-catalogue.ts';
import type { Database } from '../connection/connect-database.ts';
import { openDatabase } from '../testing/support/fresh-database.ts';
import { compareObjects, describeObjects } from './describe-objects.ts';
import { migrateToLatest, previewMigration } from './migrate-to-latest.ts';

const CATALOGUES: (readonly [string, StorefrontOptions])[] = [
  ['before it had a PICS service', { pics: 'before' }],
  ['after it had a PICS service', { pics: 'after' }],
  ['with foreign keys between apps', { pics: 'after', foreignKeys: true }],
  ['before a PICS service and in two schemas', { pics: 'before', secondSchema: true }],
  ['in two schemas', { pics: 'after', secondSchema: true }],
];

/** Every row of every table, in the columns that were there, as text. */
async function readRows(db: Database, columns: Map<string, string[]>): Promise<Record<string, string[]>> {
  const tables = await Promise.all(
    [...columns].map(async ([table, names]) => {
      const list = sql.join(names.map((name) => sql.ref(name)));
      const { rows } = await sql<{ row: string }>`
        select row(${list})::text as row from ${sql.table(table)} order by 1
      `.execute(db);
      return [table, rows.map(({ row }) => row)] as const;
    }),
  );
  return Object.fromEntries(tables);
}

async function readColumns(db: Database): Promise<Map<string, string[]>> {
  const { rows } = await sql<{ table: string; columns: string[] }>`
    select attrelid::regclass::text as table, array_agg(attname::text order by attnum) as columns
    from pg_attribute join pg_class on pg_class.oid = attrelid
    where relnamespace in ('public'::regnamespace, to_regnamespace('companies')) and relkind = 'r' and attnum > 0
    group by attrelid
  `.execute(db);
  return new Map(rows.map(({ table, columns }) => [table, columns]));
}

describe.for(CATALOGUES)('the catalogue of a storefront, %s,', ([, options]) => {
  test('keeps every object and row it has when migrated, and only enums get more values', async () => {
    const { url } = await createStorefrontCatalogue(options);
    const db = openDatabase(url);
    const before = await describeObjects(db);
    const columns = await readColumns(db);
    const rows = await readRows(db, columns);
    await migrateToLatest(url);

    const changes = compareObjects(before, await describeObjects(db));
    const ofOthers = changes.filter(({ action, kind }) => action !== 'added' && kind !== 'privileges');
    for (const { action, kind, before: had = '', after = '' } of ofOthers) {
      expect({ action, kind }).toEqual({ action: 'changed', kind: 'enum' });
      expect(after.split(', ')).toEqual(expect.arrayContaining(had.split(', ')));
    }
    const now = await readRows(db, columns);
    for (const [table, had] of Object.entries(rows)) {
      expect(now[table], table).toEqual(expect.arrayContaining(had));
    }
    const grown = Object.keys(rows).filter((table) => now[table]?.length !== rows[table]?.length);
    expect(['steam_categories', 'steam_genres']).toEqual(expect.arrayContaining(grown));
  });

  test('gets no table, foreign key or NOT NULL where it has the table', async () => {
    const { url } = await createStorefrontCatalogue(options);
    const db = openDatabase(url);
    const had = new Set((await readColumns(db)).keys());
    const before = await describeObjects(db);
    await migrateToLatest(url);
    const added = compareObjects(before, await describeObjects(db)).filter(
      ({ action }) => action === 'added',
    );
    const onTheirs = added.filter(({ relation }) => relation && had.has(relation));
    expect(onTheirs.filter(({ kind }) => kind === 'constraint').map(({ name }) => name)).toEqual([
      'apps_pics_access_check on apps',
    ]);
    expect(onTheirs.filter(({ kind, after }) => kind === 'column' && after?.includes('not null'))).toEqual(
      [],
    );
    const { rows: twice } = await sql`
      select relname from pg_class join pg_namespace on pg_namespace.oid = relnamespace
      where relkind = 'r' and nspname !~ '^pg_' group by relname having count(*) > 1
    `.execute(db);
    expect(twice).toEqual([]);
  });

  test('lets its workers ask for apps of the source pics', async () => {
    const { url } = await createStorefrontCatalogue(options);
    await migrateToLatest(url);
    const due = await sql`select appid from get_apps_for_sync('pics', 2)`.execute(openDatabase(url));
    expect(due.rows).toEqual([{ appid: 10 }, { appid: 11 }]);
  });

  test('accepts what its storefront sync writes after migrating', async () => {
    const { url } = await createStorefrontCatalogue(options);
    const db = openDatabase(url);
    await migrateToLatest(url);
    await sql`select upsert_storefront_app(30, 'Buoy', 'game', false, array['STUDIO GULL'], array['Buoy Press'])`.execute(
      db,
    );
    expect((await sql`select name from apps where appid = 30`.execute(db)).rows).toEqual([{ name: 'Buoy' }]);
    await sql`refresh materialized view latest_daily_metrics`.execute(db);
  });

  test('is the same after a preview, which shows what migrating then does', async () => {
    const { url } = await createStorefrontCatalogue(options);
    const db = openDatabase(url);
    const before = await describeObjects(db);
    const preview = await previewMigration(url);
    expect(compareObjects(before, await describeObjects(db))).toEqual([]);
    expect(await migrateToLatest(url)).toEqual(preview.migrations);
    expect(compareObjects(before, await describeObjects(db))).toEqual(preview.objects);
  });
});
