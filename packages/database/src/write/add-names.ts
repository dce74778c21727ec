import type { Transaction } from 'kysely';
import { PreparedStatement } from '../prepared-statement.ts';
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

/** Adds names in alphabetical order, so that two batches with the same new names never wait in a circle. */
const insertNames = new PreparedStatement<Names, NamedRow>('add_names', (bind) => {
  const inserts = NAME_TABLES.map(
    (table) => `new_${table} as (
      insert into ${table} (name)
      select name from unnest(${bind((names) => texts(names[table]))}::text[]) as given (name)
      order by name collate "C"
      on conflict (name) do nothing
      returning id, name
    )`,
  );
  const selects = NAME_TABLES.map((table) => `select '${table}' as kind, id, name as text from new_${table}`);
  return `with ${inserts.join(', ')} ${selects.join(' union all ')}`;
});

const findNames = new PreparedStatement<Names, NamedRow>('find_names', (bind) =>
  selectNames(bind, (names) => names),
);

/** Gives ids to those of these names that are not in `ids` yet, and puts them there. */
export async function addNames(trx: Transaction<Schema>, names: Names, ids: NameIds): Promise<AddedNames> {
  const added = { franchises: 0, developers: 0, publishers: 0 };
  let missing = namesWithout(names, ids);
  for (let looks = 0; hasNames(missing); looks += 1) {
    if (looks === MOST_LOOKS) throw new Error('names were added and are not there');
    for (const { kind, id, text } of await insertNames.execute(trx, missing)) {
      ids[kind].set(text, id);
      added[kind] += 1;
    }
    missing = namesWithout(missing, ids);
    if (!hasNames(missing)) break;
    for (const { kind, id, text } of await findNames.execute(trx, missing)) ids[kind].set(text, id);
    missing = namesWithout(missing, ids);
  }
  return added;
}

function hasNames(names: Names): boolean {
  return NAME_TABLES.some((table) => names[table].length > 0);
}

function namesWithout(names: Names, ids: NameIds): Names {
  const missing = (table: NameTable) => names[table].filter((name) => !ids[table].has(name));
  return {
    franchises: missing('franchises'),
    developers: missing('developers'),
    publishers: missing('publishers'),
  };
}
