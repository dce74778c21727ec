import type { Database } from '../../connection/connect-database.ts';

/** Finds the change number of the oldest replaced text of an app; undefined when there is none. */
export async function findOldestVersion(db: Database, appid: number): Promise<number | undefined> {
  const oldest = await db
    .selectFrom('appVersions')
    .select('changeNumber')
    .where('appid', '=', appid)
    .orderBy('changeNumber')
    .limit(1)
    .executeTakeFirst();
  return oldest?.changeNumber;
}
