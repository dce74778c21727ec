import { Client } from 'pg';
import { expect, test } from 'vitest';
import { createTestDatabase } from './support/database.ts';

/**
 * What the database does not say: what is in its jsonb, and the words of a text without a check constraint. By column, or by
 * table and column.
 */
const KNOWN: Record<string, string> = {
  content_descriptors: 'number[]',
  languages: 'Record<string, LanguageSupport>',
  tests: 'DeckTest[]',
  configuration: '{ [key: string]: JsonValue }',
  selection: '{ [key: string]: JsonValue }',
  data: 'JsonValue',
  changes: '{ [key: string]: JsonValue }',
  old: 'JsonValue',
  new: 'JsonValue',
  'pics_events.type': "'app.added' | 'app.changed' | 'app.removed' | 'app.restored' | 'build.published'",
  'pics_events.kind': "'app' | 'package'",
  'app_steam_deck.status': "'unknown' | 'unsupported' | 'playable' | 'verified'",
  'app_details.deck_status': "'unknown' | 'unsupported' | 'playable' | 'verified'",
  'app_details.pics_access': "'public' | 'restricted' | 'removed'",
};

/** Columns that are never NULL although the database does not say so, as it never does of a view. */
const NEVER_NULL = new Set([
  'app_all_dlc.appid',
  'app_all_dlc.dlc_appid',
  'app_details.appid',
  // The names come from Steam, and a name that is missing makes no row. In an older table they may be NULL.
  'franchises.name',
  'developers.name',
  'publishers.name',
]);

const TYPES: Record<string, string> = {
  smallint: 'number',
  integer: 'number',
  'double precision': 'number',
  real: 'number',
  text: 'string',
  boolean: 'boolean',
  bigint: "As['bigint']",
  'timestamp with time zone': "As['timestamptz']",
  bytea: "As['bytea']",
  xid8: 'string',
};

interface Table {
  name: string;
  isView: boolean;
  comment: string;
  columns: {
    name: string;
    type: string;
    isRequired: boolean;
    hasDefault: boolean;
    comment: string;
    check: string | null;
  }[];
  keys: { name: string; column: string; table: string; target: string; isOneToOne: boolean }[];
}

const TABLES = `
  select relname as name, relkind = 'v' as "isView", obj_description(pg_class.oid, 'pg_class') as comment,
    (
      select json_agg(json_build_object(
        'name', attname, 'type', format_type(atttypid, null), 'isRequired', attnotnull,
        'hasDefault', atthasdef or attidentity <> '', 'comment', col_description(attrelid, attnum),
        'check', (
          select pg_get_constraintdef(oid) from pg_constraint
          where contype = 'c' and conrelid = attrelid and conkey = array[attnum] and pg_get_constraintdef(oid) like '%= ANY%'
        )
      ) order by attnum)
      from pg_attribute
      where attrelid = pg_class.oid and attnum > 0 and not attisdropped
    ) as columns,
    (
      select coalesce(json_agg(json_build_object(
        'name', conname, 'column', own.attname, 'table', confrelid::regclass::text, 'target', other.attname,
        'isOneToOne', exists (select from pg_index where indrelid = conrelid and indisunique and indkey::text = own.attnum::text)
      ) order by own.attnum), '[]')
      from pg_constraint
      join pg_attribute own on own.attrelid = conrelid and own.attnum = conkey[1]
      join pg_attribute other on other.attrelid = confrelid and other.attnum = confkey[1]
      where contype = 'f' and conrelid = pg_class.oid
    ) as keys
  from pg_class
  where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') and not relispartition and relname not like 'pics_migrations%'
  order by relname like 'pics%', relkind = 'v', pg_class.oid`;

async function readTables(): Promise<Table[]> {
  const { url } = await createTestDatabase();
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<Table>(TABLES);
  await client.end();
  return rows;
}

/** The type of a column in TypeScript, without NULL. */
function typeOf(table: string, { name, type, check }: Table['columns'][number]): string {
  const known = KNOWN[`${table}.${name}`] ?? (type === 'jsonb' ? KNOWN[name] : undefined);
  if (known) return known;
  const words = [...(check ?? '').matchAll(/'([^']*)'::text/g)].map(([, word]) => `'${word}'`);
  if (words.length > 0) return words.join(' | ');
  const scalar = TYPES[type.replace('[]', '')];
  if (!scalar) throw new Error(`${table}.${name}: name the TypeScript type of this ${type} in KNOWN`);
  return type.endsWith('[]') ? `${scalar}[]` : scalar;
}

const renderComment = (comment: string, indent: string) =>
  `${indent}/** ${comment.replaceAll('*/', '* /')} */`;

function renderRow({ name, comment, columns }: Table): string {
  const fields = columns.map((column) => {
    // The arrays of app_details are empty instead.
    const isNullable =
      !column.isRequired &&
      !NEVER_NULL.has(`${name}.${column.name}`) &&
      !(name === 'app_details' && column.type.endsWith('[]'));
    const type = `${typeOf(name, column)}${isNullable ? ' | null' : ''}`;
    return `${renderComment(column.comment, '    ')}\n    ${column.name}: ${type};\n`;
  });
  return `${renderComment(comment, '  ')}\n  ${name}: {\n${fields.join('')}  };\n`;
}

function renderRelationships({ name, keys }: Table): string {
  const entries = keys.map(
    (key) => `    {
      foreignKeyName: '${key.name}';
      columns: ['${key.column}'];
      isOneToOne: ${key.isOneToOne};
      referencedRelation: '${key.table}';
      referencedColumns: ['${key.target}'];
    },\n`,
  );
  return `  ${name}: [\n${entries.join('')}  ];\n`;
}

function renderOptional({ name, columns }: Table): string {
  const optional = columns.filter(({ hasDefault }) => hasDefault).map((column) => `'${column.name}'`);
  return optional.length > 0 ? `  ${name}: ${optional.join(' | ')};\n` : '';
}

function renderTypes(tables: Table[]): string {
  const ownTables = tables.filter(({ isView }) => !isView);
  const views = tables.filter(({ isView }) => isView).map(({ name }) => `'${name}'`);
  const related = ownTables.filter(({ keys }) => keys.length > 0);
  return `// Generated by \`npm run docs:schema\` from a migrated database.
import type { DeckTest, Encoding, JsonEncoding, JsonValue, LanguageSupport } from './values.d.ts';

/** The rows of every table and view, by its name. */
export type Rows<As extends Encoding = JsonEncoding> = {
${tables.map(renderRow).join('')}};

export type ViewName = ${views.join(' | ')};

/** The columns that have a default. */
export type Optional = {
${ownTables.map(renderOptional).join('')}};

/** The foreign keys, as supabase-js describes them. */
export type Relationships = {
${related.map(renderRelationships).join('')}};
`;
}

test('@pics/schema is what npm run docs:schema generates from the tables, columns, NULLs, checks and keys', async () => {
  await expect(renderTypes(await readTables())).toMatchFileSnapshot('../packages/schema/src/rows.d.ts');
});
