import type { AppRecord } from '@pics/core';
import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';
import { texts } from './unnest-rows.ts';

/** Ids by name, of everything that is named by text. */
export interface NameIds {
  franchises: ReadonlyMap<string, number>;
  developers: ReadonlyMap<string, number>;
  publishers: ReadonlyMap<string, number>;
}

type Table = keyof NameIds;

export interface ResolvedNames {
  ids: NameIds;
  /** How many names nobody had seen before, by table. */
  added: Record<Table, number>;
}

/** Somebody else may add the same name at the same moment; the next look finds it. */
const MOST_LOOKS = 3;

/**
 * Finds the ids of all franchises, developers and publishers of these records, and gives ids to those that have none.
 * Names are added in alphabetical order, so that two batches with the same new names never wait in a circle.
 */
export async function resolveNames(
  trx: Transaction<Schema>,
  records: readonly AppRecord[],
): Promise<ResolvedNames> {
  const names = {
    franchises: distinct(records.flatMap((record) => record.common?.franchises ?? [])),
    developers: distinct(records.flatMap((record) => record.developers ?? [])),
    publishers: distinct(records.flatMap((record) => record.publishers ?? [])),
  };
  const ids = { franchises: new Map(), developers: new Map(), publishers: new Map() } satisfies Record<
    Table,
    Map<string, number>
  >;
  const added = { franchises: 0, developers: 0, publishers: 0 };
  const wanted = names.franchises.length + names.developers.length + names.publishers.length;
  for (let looks = 0; ids.franchises.size + ids.developers.size + ids.publishers.size < wanted; looks += 1) {
    if (looks === MOST_LOOKS) throw new Error('names were added and are not there');
    const found = await sql<{ kind: Table; id: number; name: string; added: boolean }>`
      with ${sql.join((['franchises', 'developers', 'publishers'] as const).map((table) => addNames(table, names[table])))}
      ${sql.join(
        (['franchises', 'developers', 'publishers'] as const).map((table) => findNames(table, names[table])),
        sql` union all `,
      )}
    `.execute(trx);
    for (const row of found.rows) {
      ids[row.kind].set(row.name, row.id);
      if (row.added) added[row.kind] += 1;
    }
  }
  return { ids, added };
}

function addNames(table: Table, names: readonly string[]) {
  return sql`new_${sql.raw(table)} as (
    insert into ${sql.table(table)} (name)
    select name from unnest(${texts(names)}) as wanted (name)
    where not exists (select from ${sql.table(table)} as known where known.name = wanted.name)
    order by name collate "C"
    on conflict (name) do nothing
    returning id, name
  )`;
}

function findNames(table: Table, names: readonly string[]) {
  return sql`
    select ${sql.lit(table)} as kind, id, name, true as added from new_${sql.raw(table)}
    union all
    select ${sql.lit(table)}, id, name, false from ${sql.table(table)} where name = any (${texts(names)})`;
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => name.toWellFormed()))];
}
