import type { AppRecord } from '@pics/core';
import { texts } from '../array-literals.ts';
import type { Bind } from '../prepared-statement.ts';

/** The tables of what is named by text. */
export const NAME_TABLES = ['franchises', 'developers', 'publishers'] as const;
export type NameTable = (typeof NAME_TABLES)[number];

/** Something for each of these tables. */
export function byNameTable<Value>(valueOf: (table: NameTable) => Value): Record<NameTable, Value> {
  return {
    franchises: valueOf('franchises'),
    developers: valueOf('developers'),
    publishers: valueOf('publishers'),
  };
}

/** Names, each of them once, by table. */
export type Names = Record<NameTable, string[]>;

/** Ids by name, by table. */
export type NameIds = Record<NameTable, Map<string, number>>;

/** A row that `selectNames` selects. */
export interface NamedRow {
  kind: NameTable;
  id: number;
  text: string;
}

/** All names in these records, as Postgres stores them. */
export function namesOf(records: readonly AppRecord[]): Names {
  return {
    franchises: distinct(records, ({ common }) => common?.franchises),
    developers: distinct(records, ({ developers }) => developers),
    publishers: distinct(records, ({ publishers }) => publishers),
  };
}

/** Those of these names that have no id here. */
export function namesWithout(names: Names, ids: NameIds): Names {
  return byNameTable((table) => names[table].filter((name) => !ids[table].has(name)));
}

/** SQL for the ids of those of these names that have one. */
export function selectNames<Input>(bind: Bind<Input>, namesIn: (input: Input) => Names): string {
  const selects = NAME_TABLES.map((table) => {
    const names = bind((input) => texts(namesIn(input)[table]));
    return `select '${table}' as kind, id, name as text from ${table} where name = any (${names}::text[])`;
  });
  return selects.join(' union all ');
}

function distinct(
  records: readonly AppRecord[],
  namesIn: (record: AppRecord) => readonly string[] | undefined,
): string[] {
  const names = new Set<string>();
  for (const record of records) {
    for (const name of namesIn(record) ?? []) names.add(name.toWellFormed());
  }
  return [...names];
}
