import { sql } from 'kysely';
import type { Database } from '../connect-database.ts';

/** What became of a change, as the ledger knows it. */
export type ChangeOutcome = 'stored' | 'unknown' | 'wanted' | 'in flight' | 'failed';

/** One app that changed. */
export interface LatestChange {
  changeNumber: number;
  appid: number;
  /** The app's name as it is stored; null when it has none, or none yet. */
  name: string | null;
  /** An anonymous session only gets a part of the app. */
  needsToken: boolean;
  seenAt: Date;
  outcome: ChangeOutcome;
}

/** Where a list of changes begins: above a change number, or with those seen from a time on. */
export type ChangesStart = { after: number } | { from: Date };

/** Gets the last changes of apps that the feed brought, the newest first; with a start only those from there on. */
export async function getLatestChanges(
  db: Database,
  limit: number,
  start?: ChangesStart,
): Promise<LatestChange[]> {
  const started =
    start === undefined
      ? sql`true`
      : 'after' in start
        ? sql`change_number > ${start.after}`
        : sql`seen_at >= ${start.from}`;
  const changes = await sql<LatestChange>`
    select change_number, change.id as appid, apps.name, needs_token, seen_at,
      case
        when failed_at is not null then 'failed'
        when settled_change_number >= change_number and apps.appid is null then 'unknown'
        when settled_change_number >= change_number or stored_change_number >= change_number then 'stored'
        when batch_id is not null then 'in flight'
        else 'wanted'
      end as outcome
    from (
      select * from pics_changes where kind = 'app' and ${started} order by change_number desc, id limit ${limit}
    ) as change
      left join apps on apps.appid = change.id
      left join pics_app_ledger as ledger on ledger.id = change.id
    order by change_number desc, change.id
  `.execute(db);
  return changes.rows;
}
