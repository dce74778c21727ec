import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { settingSchemas } from '@pics/service';
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { createTestDatabase } from './support/database.ts';

const ROOT = resolve(import.meta.dirname, '..');
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

describe('the README', () => {
  test('lists every setting with its default', () => {
    const rows = [...readme.matchAll(/^\| `([A-Z_]+)` \| (?:`(.*?)`)? *\|/gm)];
    const documented = Object.fromEntries(rows.map(([, name = '', value]) => [name, value]));
    const actual = Object.entries(settingSchemas).map(([name, schema]) => {
      const value = schema.parse(undefined);
      const isSet = value !== undefined && !(Array.isArray(value) && value.length === 0);
      return [name, isSet ? String(value) : undefined];
    });
    expect(documented).toEqual(Object.fromEntries(actual));
  });

  test('shows only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const shown = [...readme.matchAll(/npm run ([a-z:]+)/g)].map(([, name = '']) => name);
    expect(shown.filter((name) => !(name in scripts))).toEqual([]);
  });

  test('shows only SQL that runs on the tables', async () => {
    const { url } = await createTestDatabase();
    const client = new Client({ connectionString: url });
    await client.connect();
    const statements = [...readme.matchAll(/```sql\n(.*?)```/gs)].map(([, sql = '']) => sql);
    for (const sql of statements) await client.query(sql);
    await client.end();
    expect(statements.length).toBeGreaterThan(0);
  });
});
