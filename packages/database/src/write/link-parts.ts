import { integers } from '../array-literals.ts';
import type { Bind } from '../prepared-statement.ts';
import type { Changes, Parts } from './changes.ts';
import type { LinkChanges } from './diff-links.ts';
import { LINK_FAMILIES } from './link-families.ts';
import { unnestArrays, type ArrayColumn } from './unnest-rows.ts';

/** Adds, changes and removes the links that differ. Ids that nobody has seen before get a row without a name first. */
export function linkParts(bind: Bind<Changes>): Parts {
  const parts: Parts = {};
  for (const [index, { table, key, extra, parent }] of LINK_FAMILIES.entries()) {
    const rows = (kind: 'added' | 'changed' | 'gone', columns: ('appid' | 'id' | 'extra')[]) =>
      unnestArrays(
        bind,
        columns.map((column): ArrayColumn<Changes> => {
          const valuesOf = ({ links }: Changes) => rowsOf(links, index)[kind][`${column}s`];
          return { name: column, type: column === 'extra' && extra ? extra.type : 'integer', valuesOf };
        }),
      );
    parts[`${table}_gone`] = `
      delete from ${table} as stored using ${rows('gone', ['appid', 'id'])} as next
      where stored.appid = next.appid and stored.${key} = next.id`;
    if (extra) {
      parts[`${table}_changed`] = `
        update ${table} as stored set ${extra.column} = next.extra
        from ${rows('changed', ['appid', 'id', 'extra'])} as next
        where stored.appid = next.appid and stored.${key} = next.id`;
    }
    if (parent?.takesAnyId) {
      const all = bind(({ parentIds }) => integers(parentIds[index] ?? []));
      parts[`${parent.table}_added`] = `
        insert into ${parent.table} (${parent.column})
        select id from unnest(${all}::integer[]) as given (id)
        where not exists (select from ${parent.table} as known where known.${parent.column} = id)
        order by id
        on conflict do nothing
        returning 1`;
    }
    parts[`${table}_added`] = extra
      ? `insert into ${table} (appid, ${key}, ${extra.column}) select * from ${rows('added', ['appid', 'id', 'extra'])} as next`
      : `insert into ${table} (appid, ${key}) select * from ${rows('added', ['appid', 'id'])} as next`;
  }
  return parts;
}

function rowsOf(links: readonly LinkChanges[], index: number): LinkChanges {
  const changes = links[index];
  if (!changes) throw new Error('a family of links was not compared');
  return changes;
}
