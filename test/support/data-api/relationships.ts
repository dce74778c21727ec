import type { Client } from 'pg';

/** How rows of one table find those of another: by a function, or by equal columns, through a join table or without. */
export interface Relationship {
  from: string;
  to: string;
  /** Whether there is at most one row. */
  isSingle: boolean;
  by:
    | { function: string }
    | { columns: [own: string, other: string] }
    | { table: string; columns: [own: string, joined: string, joining: string, other: string] };
}

interface ForeignKey {
  child: string;
  parent: string;
  column: string;
  target: string;
  isUnique: boolean;
  isInKey: boolean;
}

const FOREIGN_KEYS = `
  select conrelid::regclass::text as child, confrelid::regclass::text as parent, own.attname as column, other.attname as target,
    exists (select from pg_index where indrelid = conrelid and indisunique and indkey::text = own.attnum::text) as "isUnique",
    exists (select from pg_index where indrelid = conrelid and indisprimary and own.attnum = any (indkey)) as "isInKey"
  from pg_constraint
    join pg_attribute own on own.attrelid = conrelid and own.attnum = conkey[1]
    join pg_attribute other on other.attrelid = confrelid and other.attnum = confkey[1]
  where contype = 'f' and cardinality(conkey) = 1`;

const FUNCTIONS = `
  select proname as name, argument.typname as from, result.typname as to, prorows = 1 as "isSingle"
  from pg_proc
    join pg_type argument on argument.oid = proargtypes[0] and argument.typtype = 'c'
    join pg_type result on result.oid = prorettype and result.typtype = 'c'
  where pronamespace = 'public'::regnamespace and pronargs = 1 and proretset`;

/**
 * Reads what PostgREST embeds, by its rules: along foreign keys in both directions, through tables whose primary key contains both
 * foreign keys, and by functions from a row of one table to rows of another. Relationships of views are not read.
 */
export async function readRelationships(client: Client): Promise<Relationship[]> {
  const { rows: keys } = await client.query<ForeignKey>(FOREIGN_KEYS);
  const { rows: functions } = await client.query<{
    name: string;
    from: string;
    to: string;
    isSingle: boolean;
  }>(FUNCTIONS);
  const direct = keys.flatMap(({ child, parent, column, target, isUnique }): Relationship[] => [
    { from: child, to: parent, isSingle: true, by: { columns: [column, target] } },
    { from: parent, to: child, isSingle: isUnique, by: { columns: [target, column] } },
  ]);
  const through = keys.flatMap((one) =>
    keys
      .filter((two) => one !== two && one.child === two.child && one.isInKey && two.isInKey)
      .map((two): Relationship => ({
        from: one.parent,
        to: two.parent,
        isSingle: false,
        by: { table: one.child, columns: [one.target, one.column, two.column, two.target] },
      })),
  );
  const computed = functions.map(({ name, ...ends }): Relationship => ({ ...ends, by: { function: name } }));
  return [...direct, ...through, ...computed];
}

/**
 * Finds the one relationship that a name in a request means.
 *
 * @throws Error when there is none, or more than one, as PostgREST refuses these.
 */
export function findRelationship(all: readonly Relationship[], from: string, name: string): Relationship {
  const computed = all.filter(
    ({ by, from: table }) => table === from && 'function' in by && by.function === name,
  );
  const found =
    computed.length > 0
      ? computed
      : all.filter(({ by, from: table, to }) => table === from && to === name && !('function' in by));
  const [relationship] = found;
  if (!relationship) throw new Error(`no relationship between ${from} and ${name}`);
  if (found.length > 1) throw new Error(`more than one relationship between ${from} and ${name}`);
  return relationship;
}
