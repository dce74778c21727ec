import { extractApp } from '@pics/appinfo';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { createTestDatabase } from './support/database.ts';
import { hasRecordedPics, readRecordedVersions } from './support/recorded-apps.ts';

/** Nobody outside of Valve knows what these mean. */
const NAMELESS_CATEGORIES = [80, 82];

test.skipIf(!hasRecordedPics)(
  'every content descriptor, Deck token and category of the recorded bodies has a name',
  async () => {
    const { url } = await createTestDatabase();
    const client = new Client({ connectionString: url });
    await client.connect();
    const readNamed = async (column: string, table: string) => {
      const { rows } = await client.query<{ id: unknown }>(
        `select ${column} as id from ${table} where name is not null`,
      );
      return new Set(rows.map(({ id }) => id));
    };
    const named = {
      descriptors: await readNamed('descriptor_id', 'steam_content_descriptors'),
      tokens: await readNamed('token', 'steam_deck_tests'),
      categories: await readNamed('category_id', 'steam_categories'),
    };
    await client.end();

    const seen = {
      descriptors: new Set<unknown>(),
      tokens: new Set<unknown>(),
      categories: new Set<unknown>(),
    };
    for (const version of readRecordedVersions()) {
      const { common } = extractApp({ ...version, missingToken: false });
      for (const id of common?.contentDescriptors ?? []) seen.descriptors.add(id);
      for (const id of common?.categoryIds ?? []) seen.categories.add(id);
      for (const { token } of common?.deck?.tests ?? []) seen.tokens.add(token);
    }
    expect([...seen.descriptors.difference(named.descriptors)]).toEqual([]);
    expect([...seen.tokens.difference(named.tokens)]).toEqual([]);
    expect(seen.categories.difference(named.categories)).toEqual(new Set(NAMELESS_CATEGORIES));
  },
);
