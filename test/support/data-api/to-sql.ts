import { escapeIdentifier, escapeLiteral } from 'pg';
import { findRelationship, type Relationship } from './relationships.ts';
import { parseSelection, type Selection } from './selection.ts';

/** The SQL for a request: one row with `rows`, a JSON array. Of filters it knows `eq`, and also `order` and `limit`. */
export function toSql({ pathname, searchParams }: URL, relationships: readonly Relationship[]): string {
  const table = /^\/rest\/v1\/([a-z_]+)$/.exec(pathname)?.[1];
  if (!table) throw new Error(`no table in ${pathname}`);
  const parameters = new Map(searchParams);
  const selection = parseSelection(parameters.get('select') ?? '*');
  parameters.delete('select');
  const query = toQuery({ table, selection, parameters, relationships });
  return `select coalesce(json_agg(found), '[]') as rows from (${query}) as found`;
}

interface Level {
  table: string;
  selection: Selection;
  /** Those of this table by their names, those of an embedded one after its name and a dot. */
  parameters: ReadonlyMap<string, string>;
  relationships: readonly Relationship[];
  /** Where the rows come from, if not all of the table. */
  from?: string;
}

function toQuery({
  table,
  selection,
  parameters,
  relationships,
  from = escapeIdentifier(table),
}: Level): string {
  const own = escapeIdentifier(table);
  const selected = selection.columns.map(
    (column) => `${own}.${column === '*' ? '*' : escapeIdentifier(column)}`,
  );
  const conditions = ['true'];
  for (const [name, filter] of parameters) {
    if (name.includes('.') || name === 'order' || name === 'limit') continue;
    const [, value] = /^eq\.(.*)$/.exec(filter) ?? [];
    if (value === undefined) throw new Error(`unknown filter ${name}=${filter}`);
    conditions.push(`${own}.${escapeIdentifier(name)} = ${escapeLiteral(value)}`);
  }
  for (const { name, isInner, selection: inner } of selection.embedded) {
    const relationship = findRelationship(relationships, table, name);
    const query = toQuery({
      table: relationship.to,
      selection: inner,
      parameters: new Map(
        [...parameters].flatMap(([key, value]) =>
          key.startsWith(`${name}.`) ? [[key.slice(name.length + 1), value]] : [],
        ),
      ),
      relationships,
      from: toSource(relationship),
    });
    const aggregated = relationship.isSingle ? 'to_json(embedded)' : `coalesce(json_agg(embedded), '[]')`;
    selected.push(`(select ${aggregated} from (${query}) as embedded) as ${escapeIdentifier(name)}`);
    if (isInner) conditions.push(`exists (${query})`);
  }
  const limit = parameters.get('limit');
  return `select ${selected.join(', ')} from ${from} where ${conditions.join(' and ')} ${toOrder(own, parameters.get('order'))} ${limit ? `limit ${Number(limit)}` : ''}`;
}

/** The rows of the other table that belong to the current row, under the name of that table. */
function toSource({ from, to, by }: Relationship): string {
  const [own, other] = [escapeIdentifier(from), escapeIdentifier(to)];
  if ('function' in by) return `${escapeIdentifier(by.function)}(${own}) as ${other}`;
  if (!('table' in by)) {
    const [column, target] = by.columns.map((name) => escapeIdentifier(name));
    return `(select * from ${other} as found where found.${target} = ${own}.${column}) as ${other}`;
  }
  const [column, joined, joining, target] = by.columns.map((name) => escapeIdentifier(name));
  return `(select found.* from ${escapeIdentifier(by.table)} as through join ${other} as found on found.${target} = through.${joining}
    where through.${joined} = ${own}.${column}) as ${other}`;
}

function toOrder(table: string, order: string | undefined): string {
  if (order === undefined) return '';
  const [, column, direction, nulls] = /^([a-z_]+)\.(asc|desc)(?:\.nulls(first|last))?$/.exec(order) ?? [];
  if (column === undefined) throw new Error(`cannot read the order ${order}`);
  return `order by ${table}.${escapeIdentifier(column)} ${direction} ${nulls ? `nulls ${nulls}` : ''}`;
}
