import { sql } from 'kysely';
import type { Database } from '../connection/connect-database.ts';
import { reasonOfGroup } from '../ledger/apps/failure-filter.ts';

/** One app that has failed. */
export interface Failure {
  appid: number;
  name: string | null;
  /** `Class: message`. */
  error: string | null;
  /** How many responses were missing or unusable before it was given up. */
  attempts: number;
  failedAt: Date;
}

/** Apps that failed for the same reason. */
export interface FailureGroup {
  /** `Class: message`, with `#` for every number and byte sequence in it: another offset or id is the same reason. */
  error: string;
  apps: number;
  firstFailedAt: Date;
  lastFailedAt: Date;
  /** Some of them, the latest first. */
  examples: { appid: number; name: string | null }[];
}

/** How many apps of a group are named. */
const EXAMPLES = 5;

/** Gets the failed apps, the latest first. */
export async function getFailures(db: Database, limit: number): Promise<Failure[]> {
  return db
    .selectFrom('picsAppLedger')
    .leftJoin('apps', 'appid', 'id')
    .select(['id as appid', 'name', 'lastError as error', 'attempts', 'failedAt'])
    .where('failedAt', 'is not', null)
    .orderBy('failedAt', 'desc')
    .orderBy('id')
    .limit(limit)
    .$narrowType<{ failedAt: Date }>()
    .execute();
}

/** Gets the reasons for which apps have failed, the one with the most apps first. */
export async function groupFailures(db: Database, limit: number): Promise<FailureGroup[]> {
  const groups = await sql<FailureGroup>`
    select error, apps, first_failed_at, last_failed_at,
      (
        select json_agg(json_build_object('appid', example.appid, 'name', name) order by place)
        from unnest(latest) with ordinality as example (appid, place) left join apps using (appid)
      ) as examples
    from (
      select ${reasonOfGroup} as error, count(*) as apps, min(failed_at) as first_failed_at,
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
  const failed = await db
    .selectFrom('picsAppLedger')
    .select('id')
    .where('failedAt', 'is not', null)
    .where(reasonOfGroup, '=', error)
    .orderBy('id')
    .execute();
  return failed.map(({ id }) => id);
}
