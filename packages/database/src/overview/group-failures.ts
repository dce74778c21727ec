import { sql } from 'kysely';
import type { Database } from '../connect-database.ts';

/** Apps that failed for the same reason. */
export interface FailureGroup {
  /** `Class: message`, with `#` for every number in it, for an offset or an id makes no other reason. */
  error: string;
  apps: number;
  firstFailedAt: Date;
  lastFailedAt: Date;
  /** Some of them, the latest first. */
  examples: { appid: number; name: string | null }[];
}

/** How many apps of a group are named. */
const EXAMPLES = 5;

/** The error that an app of the ledger shares with the others of its group. */
export const errorOfGroup = sql<string>`regexp_replace(coalesce(last_error, 'Error: no reason was kept'), '\\d+', '#', 'g')`;

/** Gets the reasons for which apps stand failed in the ledger, the one with the most apps first. */
export async function groupFailures(db: Database, limit: number): Promise<FailureGroup[]> {
  const groups = await sql<FailureGroup>`
    select error, apps, first_failed_at, last_failed_at,
      (
        select json_agg(json_build_object('appid', example.appid, 'name', name) order by place)
        from unnest(latest) with ordinality as example (appid, place) left join apps using (appid)
      ) as examples
    from (
      select ${errorOfGroup} as error, count(*) as apps, min(failed_at) as first_failed_at,
        max(failed_at) as last_failed_at, (array_agg(id order by failed_at desc, id))[1:${sql.lit(EXAMPLES)}] as latest
      from pics_app_ledger
      where failed_at is not null
      group by 1
      order by apps desc, error
      limit ${limit}
    ) as grouped
    order by apps desc, error
  `.execute(db);
  return groups.rows;
}

/** Finds the failed apps of one group, by its `error`. */
export async function findFailedApps(db: Database, error: string): Promise<number[]> {
  const failed = await sql<{ id: number }>`
    select id from pics_app_ledger where failed_at is not null and ${errorOfGroup} = ${error} order by id
  `.execute(db);
  return failed.rows.map((row) => row.id);
}
