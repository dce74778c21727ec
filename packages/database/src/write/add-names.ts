import type { Transaction } from 'kysely';
import { texts } from '../array-literals.ts';
import { PreparedStatement } from '../prepared-statement.ts';
import type { Schema } from '../schema.ts';
import { byNameTable, NAME_TABLES, type Names, type NameTable } from './names.ts';

/** How many names nobody had seen before. */
export type AddedNames = Record<NameTable, number>;

/** Adds names in alphabetical order, so that two batches with the same new names never wait in a circle. */
const statement = new PreparedStatement<Names, { kind: NameTable; added: number }>('add_names', (bind) => {
  const inserts = NAME_TABLES.map(
    (table) => `new_${table} as (
      insert into ${table} (name)
      select name from unnest(${bind((names) => texts(names[table]))}::text[]) as given (name)
      order by name collate "C"
      on conflict (name) do nothing
      returning 1
    )`,
  );
  const counts = NAME_TABLES.map(
    (table) => `select '${table}' as kind, count(*)::integer as added from new_${table}`,
  );
  return `with ${inserts.join(', ')} ${counts.join(' union all ')}`;
});

/**
 * Adds those of these names that are not there. In a transaction that ends with it, for until it does, everybody waits who
 * has one of these names too.
 */
export async function addNames(trx: Transaction<Schema>, names: Names): Promise<AddedNames> {
  const added: AddedNames = byNameTable(() => 0);
  for (const row of await statement.execute(trx, names)) added[row.kind] = row.added;
  return added;
}
