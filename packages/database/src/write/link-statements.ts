import { sql, type RawBuilder } from 'kysely';
import type { LinkChanges, LinkRow } from './diff-links.ts';
import type { LinkFamily } from './link-families.ts';
import { integers, unnestRows, type Column } from './unnest-rows.ts';

const KEY: readonly Column<LinkRow>[] = [
  { name: 'appid', type: 'integer', valueOf: ({ appid }) => appid },
  { name: 'id', type: 'integer', valueOf: ({ id }) => id },
];

/** The statements, by name, that make these changes; none where nothing changes. */
export function linkStatements(families: readonly LinkChanges[]): Map<string, RawBuilder<unknown>> {
  const statements = new Map<string, RawBuilder<unknown>>();
  for (const { family, added, changed, gone } of families) {
    const table = sql.table(family.table);
    const key = sql.ref(family.key);
    const columns = family.extra
      ? [...KEY, { name: 'extra', type: family.extra.type, valueOf: extraOf }]
      : KEY;
    const extra = family.extra && sql.ref(family.extra.column);
    if (gone.length > 0) {
      statements.set(
        `${family.table}_gone`,
        sql`delete from ${table} as stored using ${unnestRows(gone, KEY)}
          where stored.appid = next.appid and stored.${key} = next.id`,
      );
    }
    if (changed.length > 0 && extra) {
      statements.set(
        `${family.table}_changed`,
        sql`update ${table} as stored set ${extra} = next.extra from ${unnestRows(changed, columns)}
          where stored.appid = next.appid and stored.${key} = next.id`,
      );
    }
    if (added.length > 0) {
      if (family.ids) statements.set(`${family.ids.table}_added`, addIds(family.ids, added));
      statements.set(
        `${family.table}_added`,
        sql`insert into ${table} (${sql.join([sql.ref('appid'), key, ...(extra ? [extra] : [])])})
          select * from ${unnestRows(added, columns)}`,
      );
    }
  }
  return statements;
}

/** Ids that nobody has seen before get a row without a name. */
function addIds(
  { table, column }: NonNullable<LinkFamily['ids']>,
  links: readonly LinkRow[],
): RawBuilder<unknown> {
  const ids = [...new Set(links.map(({ id }) => id))];
  return sql`
    insert into ${sql.table(table)} (${sql.ref(column)})
    select id from unnest(${integers(ids)}) as given (id)
    where not exists (select from ${sql.table(table)} as known where known.${sql.ref(column)} = id)
    order by id
    on conflict do nothing
    returning 1`;
}

function extraOf({ extra }: LinkRow): number | null {
  return extra;
}
