import { sql, type RawBuilder, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';
import {
  NAME_TABLES,
  selectNames,
  type NamedRow,
  type NameIds,
  type Names,
  type NameTable,
} from './names.ts';
import { texts } from './unnest-rows.ts';

/** How many names nobody had seen before. */
export type AddedNames = Record<NameTable, number>;

/** Somebody else may add the same name at the same moment; the next look finds it. */
const MOST_LOOKS = 3;

/**
 * Gives ids to those of these names that are not in `ids` yet, and puts them there. Names are added in alphabetical order,
 * so that two batches with the same new names never wait in a circle.
 */
export async function addNames(trx: Transaction<Schema>, names: Names, ids: NameIds): Promise<AddedNames> {
  const added = { franchises: 0, developers: 0, publishers: 0 };
  let missing = namesWithout(names, ids);
  for (let looks = 0; NAME_TABLES.some((table) => missing[table].length > 0); looks += 1) {
    if (looks === MOST_LOOKS) throw new Error('names were added and are not there');
    for (const { kind, id, text } of await insertNames(trx, missing)) {
      ids[kind].set(text, id);
      added[kind] += 1;
    }
    missing = namesWithout(missing, ids);
    for (const { kind, id, text } of await findNames(trx, missing)) ids[kind].set(text, id);
    missing = namesWithout(missing, ids);
  }
  return added;
}

async function insertNames(trx: Transaction<Schema>, names: Names): Promise<NamedRow[]> {
  const tables = NAME_TABLES.filter((table) => names[table].length > 0);
  const inserts = tables.map(
    (table) => sql`${sql.raw(`new_${table}`)} as (${insertInto(table, names[table])})`,
  );
  const selects = tables.map((table) => `select '${table}' as kind, id, name as text from new_${table}`);
  const { rows } = await sql<NamedRow>`
    with ${sql.join(inserts)} ${sql.raw(selects.join(' union all '))}
  `.execute(trx);
  return rows;
}

function insertInto(table: NameTable, names: readonly string[]): RawBuilder<unknown> {
  return sql`
    insert into ${sql.raw(table)} (name)
    select name from unnest(${texts(names)}) as given (name)
    order by name collate "C"
    on conflict (name) do nothing
    returning id, name`;
}

async function findNames(trx: Transaction<Schema>, names: Names): Promise<NamedRow[]> {
  const selects = selectNames(names);
  if (selects.length === 0) return [];
  return (await sql<NamedRow>`${sql.join(selects, sql` union all `)}`.execute(trx)).rows;
}

function namesWithout(names: Names, ids: NameIds): Names {
  const missing = (table: NameTable) => names[table].filter((name) => !ids[table].has(name));
  return {
    franchises: missing('franchises'),
    developers: missing('developers'),
    publishers: missing('publishers'),
  };
}
