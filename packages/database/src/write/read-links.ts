import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';
import { LINK_FAMILIES, type Link, type LinkFamily } from './link-families.ts';
import { integers } from './unnest-rows.ts';

/** The links of a stored app: one text per family, in the order of `LINK_FAMILIES`; see `formatLinks`. */
export type StoredLinks = readonly string[];

/**
 * Reads the links of those of these apps that are stored, by appid: one row per app and one text per family, so that a
 * batch of apps in which little has changed costs little more than comparing texts.
 */
export async function readLinks(
  trx: Transaction<Schema>,
  appids: readonly number[],
): Promise<Map<number, StoredLinks>> {
  const stored = await sql<Record<string, string> & { appid: number }>`
    select appid, ${sql.join(LINK_FAMILIES.map(selectLinks))}
    from apps
    where appid = any (${integers(appids)})
  `.execute(trx);
  return new Map(
    stored.rows.map((row) => [row.appid, LINK_FAMILIES.map((_, index) => row[`links${index}`] ?? '{}')]),
  );
}

function selectLinks({ table, key, extra }: LinkFamily, index: number) {
  const id = sql.ref(`stored.${key}`);
  const link = extra ? sql`array[${id}, ${sql.ref(`stored.${extra.column}`)}::integer]` : id;
  return sql`array(
    select ${link} from ${sql.table(table)} as stored where stored.appid = apps.appid order by ${id}
  )::text as ${sql.ref(`links${index}`)}`;
}

/** Links as Postgres writes them: `{id,id}`, or `{{id,extra},{id,extra}}`, in the order of the ids. */
export function formatLinks({ extra }: LinkFamily, links: readonly Link[]): string {
  const ordered = links.toSorted(([a], [b]) => a - b);
  return `{${ordered.map(([id, value]) => (extra ? `{${id},${value ?? 'NULL'}}` : id)).join(',')}}`;
}

/** The links that Postgres wrote. */
export function parseLinks({ extra }: LinkFamily, text: string): Link[] {
  const numbers = [...text.matchAll(/\d+|NULL/g)].map(([number]) =>
    number === 'NULL' ? null : Number(number),
  );
  const step = extra ? 2 : 1;
  return Array.from({ length: numbers.length / step }, (_, index): Link => [
    numbers[index * step] ?? 0,
    extra ? (numbers[index * step + 1] ?? null) : null,
  ]);
}
