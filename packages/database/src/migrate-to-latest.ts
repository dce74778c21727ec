import { sql } from 'kysely';
import { connectDatabase, type Database } from './connect-database.ts';
import { requireSessions } from './connection-settings.ts';
import { createMigrator } from './migrator.ts';

/**
 * Brings a database to the newest version of the tables and returns the names of the migrations it took.
 *
 * Twice in a row, and several at once, come out as once: a lock lets one migrate while the others wait and then find
 * nothing to do. All of it is one transaction, so a migration that fails leaves the database as it was. A database that
 * holds tables of these names already keeps every row and every column of its own.
 *
 * @throws Error with the sentences of the migration that refused, or when the URL leads to a transaction pooler, where the
 * lock would not hold.
 */
export async function migrateToLatest(url: string): Promise<string[]> {
  requireSessions(url, 'Migrating');
  // An index over a large table takes as long as it takes.
  const db = connectDatabase(url, {
    maxConnections: 2,
    applicationName: 'pics-migrate',
    statementTimeoutMs: 0,
  });
  try {
    await refusePreRelease(db);
    const { error, results = [] } = await createMigrator(db).migrateToLatest();
    const failed = results.find((result) => result.status === 'Error');
    if (error !== undefined) {
      const reason = error instanceof Error ? error.message : 'unknown reason';
      throw new Error(failed ? `migration ${failed.migrationName}: ${reason}` : reason, { cause: error });
    }
    return results.map((result) => result.migrationName);
  } finally {
    await db.destroy();
  }
}

/** The migrations before the first release began with this day. */
const PRE_RELEASE = '20261122%';

/** @throws Error when the tables are those of a version before the first release, which had another ledger. */
async function refusePreRelease(db: Database): Promise<void> {
  const tables = await sql<{ migrations: boolean; ledgerInSyncStatus: boolean }>`
    select to_regclass('pics_migrations') is not null as migrations, (
      select count(*) = 2 from pg_attribute
      where attrelid = to_regclass('sync_status') and attname in ('wanted_change_number', 'batch_id')
        and not attisdropped
    ) as ledger_in_sync_status
  `.execute(db);
  const [found] = tables.rows;
  const taken = found?.migrations
    ? await sql`select from pics_migrations where name like ${PRE_RELEASE}`.execute(db)
    : undefined;
  if (found?.ledgerInSyncStatus || (taken && taken.rows.length > 0)) {
    throw new Error(
      'this database was created before the first release and cannot be migrated: start with a new, empty database ' +
        '(npm start keeps its own in .pics: delete that folder)',
    );
  }
}
