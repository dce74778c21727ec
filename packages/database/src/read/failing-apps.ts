import { sql } from 'kysely';
import type { Database } from '../connection/connect-database.ts';
import {
  matchesFilter,
  reasonOfApp,
  reasonOfGroup,
  type FailureFilter,
} from '../ledger/apps/failure-filter.ts';

/** One app that failed, that is asked for again, or that was requeued, and how far it has come. */
export interface FailingApp {
  appid: number;
  /** As stored; null when nothing is. */
  name: string | null;
  type: string | null;
  state: 'failed' | 'retrying' | 'wanted' | 'in flight' | 'settled';
  /** `Class: message`; null unless it failed or is retried. */
  reason: string | null;
  /** How many responses were missing or unusable since it was last settled or requeued. */
  attempts: number;
  failedAt: Date | null;
  /** When a retried app goes out again at the earliest; null when it is in a batch or not retried. */
  nextAt: Date | null;
}

/** A part of the list: from `offset` in the order of the page, or the apps above an id in the order of their ids. */
export type FailurePage = { limit: number } & ({ offset: number } | { after: number });

/** Lists the apps that a filter leaves: what failed last or goes out next first, or by id. */
export async function listFailingApps(
  db: Database,
  filter: FailureFilter,
  page: FailurePage,
): Promise<FailingApp[]> {
  const byId = 'after' in page;
  const { rows } = await sql<FailingApp>`
    select pics_app_ledger.id as appid, apps.name, apps.type::text as type, attempts, failed_at,
      case
        when failed_at is not null then 'failed'
        when settled_change_number >= coalesce(wanted_change_number, 0) then 'settled'
        when attempts + stale_answers > 0 then 'retrying'
        when batch_id is not null then 'in flight'
        else 'wanted'
      end as state,
      case when failed_at is not null or attempts + stale_answers > 0 then ${reasonOfApp} end as reason,
      case
        when failed_at is null and batch_id is null and attempts + stale_answers > 0 then coalesce(not_before, now())
      end as next_at
    from pics_app_ledger left join apps on apps.appid = pics_app_ledger.id
    where ${matchesFilter(filter)} and ${byId ? sql`pics_app_ledger.id > ${page.after}` : sql`true`}
    order by ${
      byId
        ? sql`pics_app_ledger.id`
        : sql`failed_at desc nulls last, not_before nulls first, pics_app_ledger.id`
    }
    limit ${page.limit} offset ${byId ? 0 : page.offset}
  `.execute(db);
  return rows;
}

/** How many apps a filter leaves, and what else it could be narrowed to. */
export interface FailureSummary {
  /** Apps that failed or are retried, whatever the rest of the filter. */
  failed: number;
  retrying: number;
  /** Apps that the filter leaves. */
  total: number;
  /** The reasons among the apps of the filter's state, the one with the most apps first. */
  reasons: { reason: string; apps: number }[];
  /** The stored types among them. */
  types: { type: string; apps: number }[];
}

/** How many reasons are offered; behind them are single apps. */
const MOST_REASONS = 100;

/** Summarizes the apps with failures for a filter. It reads all of them: 100,000 take 1.5 s. */
export async function summarizeFailures(db: Database, filter: FailureFilter): Promise<FailureSummary> {
  const { state, requeue } = filter;
  const narrowest = { state, requeue };
  const count = (chosen: FailureFilter) =>
    sql`(select count(*) from pics_app_ledger where ${matchesFilter(chosen)})`;
  const { rows } = await sql<FailureSummary>`
    with failing as materialized (
      select ${reasonOfGroup} as reason, apps.type::text as type
      from pics_app_ledger left join apps on apps.appid = pics_app_ledger.id
      where ${matchesFilter(narrowest)}
    ), reasons as (
      select reason, count(*) as apps from failing group by 1 order by apps desc, reason limit ${MOST_REASONS}
    ), types as (
      select type, count(*) as apps from failing where type is not null group by 1
    )
    select ${count({ state: 'failed' })} as failed, ${count({ state: 'retrying' })} as retrying,
      ${count(filter)} as total,
      (select coalesce(json_agg(reasons order by apps desc, reason), '[]') from reasons) as reasons,
      (select coalesce(json_agg(types order by apps desc, type), '[]') from types) as types
  `.execute(db);
  const [summary] = rows;
  if (!summary) throw new Error('a query without a table returns one row');
  return summary;
}
