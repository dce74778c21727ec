import { sql } from 'kysely';
import type { Database } from '../../connection/connect-database.ts';
import type { FoundApp } from '../search/search-apps.ts';
import { LISTS, type ListName } from './lists.ts';

/** A part of a list of apps. */
export interface AppList {
  name: string;
  /** How many apps the whole list has. */
  total: number;
  /** Games and much-reviewed apps first, then the newest ids. */
  apps: FoundApp[];
  /** The app to continue after; null at the end. */
  next: number | null;
}

/**
 * Reads a part of a list of apps: those with a tag, of a developer, released in a month. Continuing after an app costs the same
 * wherever it is in the list.
 *
 * @returns undefined when there is no such list.
 */
export async function listApps(
  db: Database,
  { list, key, after, limit }: { list: ListName; key: string; after?: number | undefined; limit: number },
): Promise<AppList | undefined> {
  const source = LISTS[list];
  if (!source.keys.test(key)) return undefined;
  const start = sql`(prominence, appid) < (
    (select prominence from pics_app_search where appid = ${after ?? null}), ${after ?? null}::integer
  )`;
  const [names, counts, apps] = await Promise.all([
    source.name(key).execute(db),
    sql<{ total: number }>`select count(*) as total from (${source.members(key)}) as members`.execute(db),
    sql<FoundApp>`
      select appid, name, type, (select pics_access from apps where apps.appid = listed.appid) as pics_access
      from pics_app_search as listed join (${source.members(key)}) as members using (appid)
      where ${after === undefined ? sql`true` : start}
      order by prominence desc, appid desc
      limit ${limit + 1}
    `.execute(db),
  ]);
  const name = names.rows[0]?.name;
  if (name === undefined) return undefined;
  const page = apps.rows.slice(0, limit);
  const next = apps.rows.length > limit ? (page.at(-1)?.appid ?? null) : null;
  return { name, total: counts.rows[0]?.total ?? 0, apps: page, next };
}
