import { sql } from 'kysely';
import type { Database } from '../connection/connect-database.ts';

/** A requeue, and how far its apps have come. */
export interface RequeueProgress {
  id: number;
  requestedAt: Date;
  /** How the apps were chosen; `{"appids": 3}` for a list of so many ids. */
  selection: Record<string, unknown>;
  apps: number;
  /** Settled since: stored, or unknown to Steam. */
  settled: number;
  /** Failed again. */
  failed: number;
  /** Without a usable response so far, and asked for again. */
  retrying: number;
  /** Not settled yet: waiting, in a batch, or retried. */
  open: number;
}

/**
 * Lists the latest requeues, the newest first. A requeue forgets what was settled, so an app that is settled up to any number
 * has been fetched since; one that another requeue wants again is open again.
 */
export async function listRequeues(db: Database, limit: number): Promise<RequeueProgress[]> {
  return select(db, sql`true`, limit);
}

/** Finds one requeue; undefined when there is none, or when it is too long ago. */
export async function findRequeue(db: Database, id: number): Promise<RequeueProgress | undefined> {
  const [requeue] = await select(db, sql`pics_requeues.id = ${id}`, 1);
  return requeue;
}

async function select(
  db: Database,
  condition: ReturnType<typeof sql>,
  limit: number,
): Promise<RequeueProgress[]> {
  const { rows } = await sql<RequeueProgress>`
    select pics_requeues.id, requested_at, selection, cardinality(appids) as apps, progress.*
    from pics_requeues, lateral (
      select
        count(*) filter (where failed_at is null and settled_change_number is not null) as settled,
        count(*) filter (where failed_at is not null) as failed,
        count(*) filter (
          where failed_at is null and settled_change_number is null and attempts + stale_answers > 0
        ) as retrying,
        count(*) filter (where failed_at is null and settled_change_number is null) as open
      from unnest(appids) as app (id) join pics_app_ledger using (id)
    ) as progress
    where ${condition}
    order by pics_requeues.id desc
    limit ${limit}
  `.execute(db);
  return rows;
}
