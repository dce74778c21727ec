import { sql } from 'kysely';
import type { Database } from '../connection/connect-database.ts';
import { pending, retried } from '../ledger/apps/pending.ts';

/** Apps that got a missing, unusable or stale response and are asked for again, now or after a delay. */
export interface Retries {
  apps: number;
  /** The highest number of an attempt that one of them is at or waits for; the first request is attempt 1. */
  attempt: number;
  /** The most frequent reason, `Class: message`; null when the responses were only older than the change. */
  error: string | null;
  /** How many there are by the number of responses that were missing or unusable. */
  byAttempts: { attempts: number; apps: number }[];
}

/** Gets the apps that are being retried; null when there are none. It reads only them and the apps in flight. */
export async function findRetries(db: Database): Promise<Retries | null> {
  const { rows } = await sql<Retries>`
    with retries as (
      select attempts, last_error from pics_app_ledger where ${pending} and ${retried}
      union all
      select attempts, last_error from pics_app_ledger
      where batch_id is not null and failed_at is null and ${retried}
    )
    select sum(apps)::bigint as apps, max(attempts) + 1 as attempt,
      (select mode() within group (order by last_error) from retries) as error,
      json_agg(json_build_object('attempts', attempts, 'apps', apps) order by attempts) as by_attempts
    from (select attempts, count(*) as apps from retries group by attempts) as counted
  `.execute(db);
  const [retries] = rows;
  return retries && retries.apps > 0 ? retries : null;
}
