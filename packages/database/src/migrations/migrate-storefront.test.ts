import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { createStorefrontCatalogue } from '../../../../test/support/storefront-catalogue.ts';
import { openDatabase } from '../testing/support/fresh-database.ts';
import { migrateToLatest } from './migrate-to-latest.ts';

const CATALOGUES = [
  ['before it had a PICS service', { pics: 'before' }],
  ['after it had a PICS service', { pics: 'after' }],
  ['with foreign keys between apps', { pics: 'after', foreignKeys: true }],
  ['in two schemas', { pics: 'after', secondSchema: true }],
] as const;

describe.for(CATALOGUES)('the catalogue of a storefront, %s,', ([, options]) => {
  test('accepts what its storefront sync writes after migrating', async () => {
    const { url } = await createStorefrontCatalogue(options);
    const db = openDatabase(url);
    await migrateToLatest(url);
    await sql`select upsert_storefront_app(30, 'Buoy', 'game', false, array['STUDIO GULL'], array['Buoy Press'])`.execute(
      db,
    );
    expect((await sql`select name from apps where appid = 30`.execute(db)).rows).toEqual([{ name: 'Buoy' }]);
  });
});
