import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '@pics/core';
import { sql, type Transaction } from 'kysely';
import { connectDatabase, type Database } from '../connection/connect-database.ts';
import { findUnfitness } from '../connection/find-database-blocker.ts';
import { findMissingOwnership, findOwner } from '../connection/find-missing-rights.ts';
import { watchForHolders } from '../connection/locks.ts';
import { requireSessions } from '../connection/transaction-pooler.ts';
import type { Schema } from '../schema.ts';

export interface MigrationListeners {
  /** Called when the server refuses connections, which is tried again for ten seconds. */
  onRefused?: () => void;
  /** Called with who holds a lock that migrating waits for. */
  onWait?: (holder: string) => void;
  /** Called with each message of a migration about what it found. */
  onNotice?: (message: string) => void;
}

/** What `pg_stat_activity` shows while it migrates. */
const APPLICATION = 'pics-migrate';

/** The lock that one migrating process holds until its transaction ends: the one that Kysely's migrator takes as well. */
const LOCK = 3853314791062309107n;

/** A server that is started at the same time, such as a container beside this one, refuses connections at first. */
const STARTING_MS = 10_000;

/** Those who queued behind a lock that we waited for get their turn in the pause. */
const PAUSE_MS = 1_000;

/** With the lock timeout and the pause, somebody's transaction may last for two minutes and a half. */
const MOST_TRIES = 40;

/** "… already exists, skipping": a table, a column, an index, another object. */
const SKIPPED: unknown[] = ['42P07', '42701', '42P06', '42710'];

/**
 * Runs `work` in the one transaction of a migration, alone among migrating processes, and ends it as told. When somebody
 * holds a lock for longer than 3 s, or Postgres ends a deadlock, the transaction is rolled back and `work` runs again.
 */
export async function inMigration<Result>(
  url: string,
  { onRefused, onWait, onNotice }: MigrationListeners,
  end: 'commit' | 'rollback',
  work: (trx: Transaction<Schema>) => Promise<Result>,
): Promise<Result> {
  await waitWhileStarting(() => requireSessions(url, 'Migrating'), onRefused);
  const migrated = new AbortController();
  let notices: string[] = [];
  const holders = new Set<string>();
  // Creating an index on a large table may take longer than any limit, and so may waiting for another process to do it.
  const db = connectDatabase(url, {
    maxConnections: 2,
    applicationName: APPLICATION,
    statementTimeoutMs: 0,
    lockTimeoutMs: 0,
    onNotice: ({ code, message }) => {
      if (message && !SKIPPED.includes(code)) notices.push(message);
    },
  });
  try {
    void watchForHolders(db, APPLICATION, migrated.signal, (holder) => {
      if (!holders.has(holder)) onWait?.(holder);
      holders.add(holder);
    });
    for (let tries = 1; ; tries += 1) {
      notices = [];
      try {
        const result = await runOnce(db, end, work);
        for (const notice of notices) onNotice?.(notice);
        return result;
      } catch (error) {
        if (!isConflict(error)) throw error;
        if (tries === MOST_TRIES) {
          throw new UserError(
            `a lock was held for all of ${MOST_TRIES} tries, and nothing was changed; held by ${[...holders].at(-1) ?? 'others'}`,
            { cause: error },
          );
        }
        await sleep(PAUSE_MS);
      }
    }
  } finally {
    migrated.abort();
    await db.destroy();
  }
}

async function waitWhileStarting(connect: () => Promise<void>, onRefused?: () => void): Promise<void> {
  const deadline = performance.now() + STARTING_MS;
  for (let tries = 1; ; tries += 1) {
    try {
      return await connect();
    } catch (error) {
      // 57P03: it accepts connections and is not ready for statements.
      if (!hasCode(error, 'ECONNREFUSED', '57P03') || performance.now() > deadline) throw error;
      if (tries === 1) onRefused?.();
      await sleep(PAUSE_MS);
    }
  }
}

async function runOnce<Result>(
  db: Database,
  end: 'commit' | 'rollback',
  work: (trx: Transaction<Schema>) => Promise<Result>,
): Promise<Result> {
  const trx = await db.startTransaction().execute();
  try {
    await sql`select pg_advisory_xact_lock(${LOCK}::bigint)`.execute(trx);
    await refuseUnfit(trx);
    const result = await work(trx);
    await (end === 'commit' ? trx.commit() : trx.rollback()).execute();
    return result;
  } catch (error) {
    if (!trx.isCommitted && !trx.isRolledBack)
      await trx
        .rollback()
        .execute()
        .catch(() => {});
    throw error;
  }
}

/** Whether others were in the way: a lock was not to be had in time, or there was a deadlock. */
const isConflict = (error: unknown): boolean => hasCode(error, '55P03', '40P01');

/** Whether an error, or what it was caused by, has one of these codes. */
function hasCode(error: unknown, ...codes: unknown[]): boolean {
  if (error instanceof AggregateError && error.errors.some((one) => hasCode(one, ...codes))) return true;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && codes.includes(cause.code)) return true;
  }
  return false;
}

/** @throws UserError when the database, its tables or this user's rights make migrating impossible. */
async function refuseUnfit(trx: Transaction<Schema>): Promise<void> {
  const unfitness = await findUnfitness(trx);
  if (unfitness) throw new UserError(unfitness);
  await actAsOwner(trx);
  const missing = await findMissingOwnership(trx);
  if (missing) throw new UserError(missing);
  await refusePreRelease(trx);
}

/**
 * Continues as the owner of the tables that are there, where this user is a superuser or a member of that role: new tables
 * of another owner would shut out whoever works with those.
 */
async function actAsOwner(trx: Transaction<Schema>): Promise<void> {
  const owner = await findOwner(trx);
  if (owner !== undefined) await sql`set local role ${sql.id(owner)}`.execute(trx);
}

async function refusePreRelease(trx: Transaction<Schema>): Promise<void> {
  const found = await sql<{ preRelease: boolean; hasMigrations: boolean }>`
    select to_regclass('pics_migrations') is not null as has_migrations, (
      select count(*) = 2 from pg_attribute
      where attrelid = to_regclass('sync_status') and attname in ('wanted_change_number', 'batch_id')
        and not attisdropped
    ) as pre_release
  `.execute(trx);
  const { preRelease = false, hasMigrations = false } = found.rows[0] ?? {};
  if (!preRelease && !(hasMigrations && (await hasPreReleaseMigrations(trx)))) return;
  throw new UserError(
    'this database was created before the first release and cannot be migrated: start with a new, empty database ' +
      '(npm start keeps its own in .pics: delete that folder)',
  );
}

async function hasPreReleaseMigrations(trx: Transaction<Schema>): Promise<boolean> {
  const { rows } = await sql`select from pics_migrations where name like '20261122%'`.execute(trx);
  return rows.length > 0;
}
