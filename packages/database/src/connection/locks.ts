import { setTimeout as sleep } from 'node:timers/promises';
import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';
import type { Database } from './connect-database.ts';
import { inTransaction } from './in-transaction.ts';

const LOCK_NOT_AVAILABLE = '55P03';

/** Whether an error says that somebody else held a lock for longer than `lock_timeout`. */
export function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === LOCK_NOT_AVAILABLE;
}

/** Whether an error says that a statement took longer than `statement_timeout`, of ours or of the database's owner. */
export function isStatementTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '57014';
}

/**
 * Finds those of these apps whose row in the ledger another transaction holds. It waits for none of them. Rows that another
 * transaction has inserted and not committed cannot be seen.
 */
export async function findLockedInLedger(db: Database, ids: readonly number[]): Promise<Set<number>> {
  return inTransaction(db, async (trx) => {
    const rows = trx
      .selectFrom('picsAppLedger')
      .select('id')
      .where('id', '=', (eb) => eb.fn.any(eb.val(ids)));
    const all = new Set((await rows.execute()).map(({ id }) => id));
    const free = await rows.forUpdate().skipLocked().execute();
    return all.difference(new Set(free.map(({ id }) => id)));
  });
}

/** The same for their rows in `apps`, as an update locks them: a row that others only refer to is free. */
async function findLockedInApps(db: Database, appids: readonly number[]): Promise<Set<number>> {
  return inTransaction(db, async (trx) => {
    const rows = trx
      .selectFrom('apps')
      .select('appid')
      .where('appid', '=', (eb) => eb.fn.any(eb.val(appids)));
    const all = new Set((await rows.execute()).map(({ appid }) => appid));
    const free = await rows.forNoKeyUpdate().skipLocked().execute();
    return all.difference(new Set(free.map(({ appid }) => appid)));
  });
}

/**
 * Finds which of these apps another transaction has locked, in the ledger or in `apps`. None if that cannot be found out,
 * because a whole table is locked.
 */
export async function findLocked(db: Database, appids: readonly number[]): Promise<Set<number>> {
  try {
    return (await findLockedInLedger(db, appids)).union(await findLockedInApps(db, appids));
  } catch (error) {
    if (isLockTimeout(error)) return new Set();
    throw error;
  }
}

/** Sets how long this transaction waits for a lock. */
export async function setLockTimeout(trx: Database, timeoutMs: number): Promise<void> {
  await sql`select set_config('lock_timeout', ${`${timeoutMs}ms`}, true)`.execute(trx);
}

/** How often to say who holds a lock that a long piece of work waits for. */
const SAY_EVERY_MS = 2_000;

/**
 * Looks from another connection, until the signal, whether this process waits for somebody's lock, and calls back with each other
 * holder.
 *
 * @param applicationName of the connections that work.
 */
export async function watchForHolders(
  db: Database,
  applicationName: string,
  signal: AbortSignal,
  onWait: (holder: string) => void,
): Promise<void> {
  let last: string | undefined;
  try {
    for (;;) {
      await sleep(SAY_EVERY_MS, undefined, { signal });
      const { rows } = await sql<{ pid: number }>`
        select pid from pg_stat_activity
        where datname = current_database() and application_name = ${applicationName} and wait_event_type = 'Lock'
      `.execute(db);
      const holder = rows[0] && (await findHolder(db, rows[0].pid));
      if (holder && holder !== last) onWait(holder);
      last = holder;
    }
  } catch {
    // Aborted, or the database is away, which the work reports.
  }
}

/** How often to look who holds a lock while it is waited for. */
const LOOK_EVERY_MS = 100;

/**
 * Runs `work` in a transaction that waits so long for a lock, and looks from another connection who holds it.
 *
 * @throws LockHeld, which names the holder, when a lock was held all that time; otherwise whatever `work` throws.
 */
export async function namingHolder<Result>(
  db: Database,
  timeoutMs: number,
  work: (trx: Transaction<Schema>) => Promise<Result>,
): Promise<Result> {
  let holder: string | undefined;
  const watching = new AbortController();
  try {
    return await inTransaction(db, async (trx) => {
      await setLockTimeout(trx, timeoutMs);
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
      void watchHolder(db, rows[0]?.pid ?? 0, watching.signal, (found) => (holder = found));
      return work(trx);
    });
  } catch (error) {
    throw isLockTimeout(error) ? new LockHeld(holder, error) : error;
  } finally {
    watching.abort();
  }
}

/** Who holds a lock that work needs, under a name that reasons can be grouped by. */
export class LockHeld extends Error {
  override name = 'LockHeld';
  readonly code = LOCK_NOT_AVAILABLE;

  constructor(holder = 'another transaction', cause?: unknown) {
    super(`held by ${holder}`, { cause });
  }
}

async function watchHolder(
  db: Database,
  pid: number,
  signal: AbortSignal,
  onFound: (holder: string) => void,
): Promise<void> {
  try {
    while (!signal.aborted) {
      const holder = await findHolder(db, pid);
      if (holder) onFound(holder);
      await sleep(LOOK_EVERY_MS, undefined, { signal });
    }
  } catch {
    // Aborted, or the database is away: then the name of a holder helps nobody.
  }
}

/**
 * Finds who holds the lock that this backend waits for, in words. Of those that wait behind each other it is the one that
 * waits for nobody, for that is whose transaction has to end.
 */
async function findHolder(db: Database, pid: number): Promise<string | undefined> {
  const { rows } = await sql<Holder>`
    with recursive holders (pid) as (
      select unnest(pg_blocking_pids(${pid}::integer))
      union
      select unnest(pg_blocking_pids(holders.pid)) from holders
    )
    select pid, ${holderColumns}
    from holders left join pg_stat_activity using (pid)
    order by wait_event_type is not distinct from 'Lock', xact_start
    limit 1
  `.execute(db);
  return rows[0] && describeHolder(rows[0]);
}

/**
 * Finds who most likely held what a statement has just waited for in vain, in words: of the transactions that hold a lock on one
 * of these tables and began before the statement did, the oldest.
 */
export async function findHolderAfterwards(db: Database): Promise<string | undefined> {
  const { rows } = await sql<Holder>`
    select pid, ${holderColumns}
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and xact_start < now() - current_setting('lock_timeout')::interval
      and pid in (select pid from pg_locks where granted and relation in (
        select oid from pg_class where pg_table_is_visible(oid) and oid >= 16384
      ))
    order by wait_event_type is not distinct from 'Lock', xact_start
    limit 1
  `.execute(db);
  return rows[0] && describeHolder(rows[0]);
}

interface Holder {
  pid: number;
  application: string | null;
  role: string | null;
  state: string | null;
  since: string | null;
}

const holderColumns = sql`nullif(application_name, '') as application, usename as role, state,
  to_char(xact_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as since`;

function describeHolder({ pid, application, role, since, state }: Holder): string {
  if (pid === 0) return 'a prepared transaction';
  return [
    `pid ${pid}`,
    application ? `application ${application}` : role && `role ${role}`,
    since && `since ${since} UTC${state ? `: ${state}` : ''}`,
  ]
    .filter(Boolean)
    .join(', ');
}
