import { sql } from 'kysely';
import type { Database } from '../connection/connect-database.ts';

export interface FoundApp {
  appid: number;
  name: string | null;
  type: string | null;
  picsAccess: string | null;
}

/**
 * Searches the stored apps by id or by a part of the name, in upper or lower case, the best match first: the id itself, the
 * exact name, names that begin with the text, games before what belongs to them, short names before long ones.
 *
 * Three letters or more are found through an index of trigrams where the database has pg_trgm; everything else reads every
 * name, a quarter of a second for 300,000 apps.
 */
export async function searchApps(db: Database, text: string, limit: number): Promise<FoundApp[]> {
  const wanted = text.trim();
  if (wanted === '') return [];
  const literal = wanted.replaceAll(/[\\%_]/g, String.raw`\$&`);
  const appid = /^\d{1,10}$/.test(wanted) ? Number(wanted) : null;
  const isId = sql<boolean>`appid = ${appid}::bigint`;
  return db
    .selectFrom('apps')
    .select(['appid', 'name', 'type', 'picsAccess'])
    .where((eb) => eb.or([eb('name', 'ilike', `%${literal}%`), isId]))
    .orderBy(isId, (order) => order.desc().nullsLast())
    .orderBy(sql`lower(name) = lower(${wanted})`, (order) => order.desc().nullsLast())
    .orderBy(sql`name ilike ${`${literal}%`}`, (order) => order.desc().nullsLast())
    .orderBy(sql`type = 'game'`, (order) => order.desc().nullsLast())
    .orderBy(sql`length(name)`)
    .orderBy('appid')
    .limit(limit)
    .execute();
}
