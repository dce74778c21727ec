import { sql, type RawBuilder } from 'kysely';
import type { LinkChanges, LinkRows } from './diff-links.ts';
import type { LinkFamily } from './link-families.ts';
import { integers, unnestArrays, type ColumnArray } from './unnest-rows.ts';

/** The statements, by name, that make these changes; none where nothing changes. */
export function linkStatements(families: readonly LinkChanges[]): Map<string, RawBuilder<unknown>> {
  const statements = new Map<string, RawBuilder<unknown>>();
  for (const { family, added, changed, gone } of families) {
    const { table, key, extra, ids } = family;
    if (gone.length > 0) {
      statements.set(
        `${table}_gone`,
        sql`delete from ${sql.raw(table)} as stored using ${unnestArrays(keyArrays(gone))}
          where stored.appid = next.appid and stored.${sql.raw(key)} = next.id`,
      );
    }
    if (changed.length > 0 && extra) {
      statements.set(
        `${table}_changed`,
        sql`update ${sql.raw(table)} as stored set ${sql.raw(extra.column)} = next.extra
          from ${unnestArrays(rowArrays(changed, family))}
          where stored.appid = next.appid and stored.${sql.raw(key)} = next.id`,
      );
    }
    if (added.length > 0) {
      if (ids) statements.set(`${ids.table}_added`, addIds(ids, added));
      const columns = ['appid', key, ...(extra ? [extra.column] : [])].join(', ');
      statements.set(
        `${table}_added`,
        sql`insert into ${sql.raw(`${table} (${columns})`)} select * from ${unnestArrays(rowArrays(added, family))}`,
      );
    }
  }
  return statements;
}

function keyArrays({ appids, ids }: LinkRows): ColumnArray[] {
  return [
    { name: 'appid', type: 'integer', literal: `{${appids.join(',')}}` },
    { name: 'id', type: 'integer', literal: `{${ids.join(',')}}` },
  ];
}

function rowArrays(rows: LinkRows, { extra }: LinkFamily): ColumnArray[] {
  if (!extra) return keyArrays(rows);
  return [...keyArrays(rows), { name: 'extra', type: extra.type, literal: `{${rows.extras.join(',')}}` }];
}

/** Ids that nobody has seen before get a row without a name. */
function addIds({ table, column }: NonNullable<LinkFamily['ids']>, { ids }: LinkRows): RawBuilder<unknown> {
  return sql`
    insert into ${sql.raw(table)} (${sql.raw(column)})
    select id from unnest(${integers([...new Set(ids)])}) as given (id)
    where not exists (select from ${sql.raw(table)} as known where known.${sql.raw(column)} = id)
    order by id
    on conflict do nothing
    returning 1`;
}
