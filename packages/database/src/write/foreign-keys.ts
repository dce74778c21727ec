import { integers } from '../array-literals.ts';
import type { Bind } from '../prepared-statement.ts';
import type { Changes, Parts } from './changes.ts';
import { LINK_FAMILIES } from './link-families.ts';
import type { PartCounts } from './write-changes.ts';

/** A column that points at rows of another table. */
interface ForeignKey {
  child: string;
  column: string;
  parent: string;
  parentColumn: string;
}

/** Every foreign key of the tables that a write inserts into. */
const FOREIGN_KEYS: readonly ForeignKey[] = [
  ...['app_steam_deck', ...LINK_FAMILIES.map(({ table }) => table)].map((child) => ({
    child,
    column: 'appid',
    parent: 'apps',
    parentColumn: 'appid',
  })),
  ...LINK_FAMILIES.flatMap(({ table, key, parent }) =>
    parent ? [{ child: table, column: key, parent: parent.table, parentColumn: parent.column }] : [],
  ),
];

const CHILDREN = [...new Set(FOREIGN_KEYS.map(({ child }) => child))];

/** Tables of which a write deletes nothing and changes no key: who points at them need not be told of it. */
const PARENTS = [...new Set(FOREIGN_KEYS.map(({ parent }) => parent))];

const regclasses = (tables: readonly string[]) => tables.map((table) => `'${table}'::regclass`).join(', ');
const WRITTEN = regclasses([...CHILDREN, ...PARENTS, 'pics_app_ledger']);

/** SQL for the name of the first column of a key. */
const attribute = (relation: string, key: string) =>
  `(select attname::text from pg_attribute where attrelid = ${relation} and attnum = ${key}[1])`;

/**
 * SQL for whatever would have to run, besides the checks of `FOREIGN_KEYS`, when a write touches rows: triggers and rules
 * that somebody added, foreign keys of other columns or of tables that point at links, constraints that are checked at the
 * end. Partitions and children of a table may have such of their own, so they count as well.
 */
const FOREIGN_CHECKS = `
  select 1 from pg_class
  where oid in (${WRITTEN}) and (relkind <> 'r' or relhasrules or relhassubclass)
  union all
  select 1 from pg_trigger
  where tgrelid in (${WRITTEN}) and tgenabled <> 'D' and (
    not tgisinternal or tgfoid = 'unique_key_recheck'::regproc
    or tgrelid in (${regclasses(CHILDREN)})
      and tgfoid not in ('"RI_FKey_check_ins"'::regproc, '"RI_FKey_check_upd"'::regproc)
  )
  union all
  select 1 from pg_constraint
  where conrelid in (${WRITTEN}) and contype = 'f' and (
    cardinality(conkey) > 1
    or concat_ws(' ', conrelid::regclass, ${attribute('conrelid', 'conkey')}, confrelid::regclass, ${attribute('confrelid', 'confkey')})
      <> all (array[${FOREIGN_KEYS.map((key) => `'${Object.values(key).join(' ')}'`).join(', ')}])
  )`;

/**
 * Holds what new links and reports point at until the transaction ends, each row once and just as Postgres does it for its
 * own checks: whoever would delete the row, or give it another key, has to wait, and finds the links then.
 *
 * Apps need no part of their own: each that gets a link or a report is inserted or updated by the same statement.
 */
export function parentParts(bind: Bind<Changes>): Parts {
  const parts: Parts = {};
  for (const [index, { parent }] of LINK_FAMILIES.entries()) {
    if (!parent) continue;
    const ids = bind(({ checksParents, parentIds }) =>
      integers(checksParents ? (parentIds[index] ?? []) : []),
    );
    parts[`${parent.table}_held`] = `
      select 1 from ${parent.table} where ${parent.column} = any (${ids}::integer[]) for key share`;
  }
  const children = bind(({ checksParents, touched }) => integers(checksParents ? touched : []));
  return {
    ...parts,
    apps_not_held: `
      (select unnest(${children}::integer[]) as appid union select appid from deck_added)
      except (select appid from added union all select appid from changed)`,
    foreign_checks: `
      select 1 where ${bind(({ checksParents }) => checksParents)}::boolean and exists (${FOREIGN_CHECKS})`,
  };
}

/** The parts that `requireParents` asks for the numbers of. */
export const PARENT_PARTS: readonly string[] = [
  ...LINK_FAMILIES.flatMap(({ parent }) => (parent ? [`${parent.table}_held`] : [])),
  'apps_not_held',
  'foreign_checks',
];

/** A row that a link points at was deleted since it was read, or somebody inserted the same one at the same moment. */
export class ParentsNotHeld extends Error {}

/** Somebody else's trigger, rule or constraint was to run with a write. */
export class ForeignChecksFound extends Error {
  override message = 'a trigger, rule or constraint that is not of this project is to run with its writes';
}

/**
 * Passes when everything that these changes point at is there and stays there, and nothing had to run besides.
 *
 * @throws ParentsNotHeld or ForeignChecksFound: the transaction must be undone.
 */
export function requireParents({ parentIds }: Changes, counts: PartCounts): void {
  const count = (part: string) => counts.get(part) ?? 0;
  if (count('foreign_checks') > 0) throw new ForeignChecksFound();
  const held = LINK_FAMILIES.every(({ parent }, index) => {
    if (!parent) return true;
    const there = count(`${parent.table}_held`) + (parent.takesAnyId ? count(`${parent.table}_added`) : 0);
    return there === parentIds[index]?.length;
  });
  if (!held || count('apps_not_held') > 0) throw new ParentsNotHeld();
}
