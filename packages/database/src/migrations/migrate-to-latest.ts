import { readdir, readFile } from 'node:fs/promises';
import { UserError } from '@pics/core';
import { sql } from 'kysely';
import { Migrator, type Migration, type MigrationProvider } from 'kysely/migration';
import { connectDatabase, type Database } from '../connection/connect-database.ts';
import { watchForHolders } from '../connection/locks.ts';
import { findUnfitness } from '../connection/find-database-blocker.ts';
import { requireSessions } from '../connection/transaction-pooler.ts';
import { openCatalogue } from '../readers/open-catalogue.ts';

/** What `pg_stat_activity` shows while it migrates. */
const APPLICATION = 'pics-migrate';

const FOLDER = new URL('../../../../migrations/', import.meta.url);

/**
 * Migrates a database to the newest version of the tables and returns the names of the migrations it applied.
 *
 * Migrating twice, or several times at once, does the same as once: a lock lets one process migrate while the others wait
 * and then find nothing to do. All of it is one transaction, so a migration that fails leaves the database as it was. A
 * database that already holds tables of these names keeps every row and every column of its own. After that the role
 * `pics_reader` may read the catalogue, where the user of the URL may create roles.
 *
 * @throws Error with the sentences of the migration that refused, or when the URL leads to a transaction pooler, where the
 * lock would not hold.
 * @param onWait called with who holds a lock that migrating waits for.
 */
export async function migrateToLatest(
  url: string,
  onWait: (holder: string) => void = () => {},
): Promise<string[]> {
  await requireSessions(url, 'Migrating');
  // Creating an index on a large table may take longer than any limit, and so may waiting for another process to do it.
  const migrated = new AbortController();
  const db = connectDatabase(url, {
    maxConnections: 3,
    applicationName: APPLICATION,
    statementTimeoutMs: 0,
    lockTimeoutMs: 0,
  });
  try {
    const unfitness = await findUnfitness(db);
    if (unfitness) throw new UserError(unfitness);
    await refusePreRelease(db);
    void watchForHolders(db, APPLICATION, migrated.signal, onWait);
    const { error, results = [] } = await createMigrator(db).migrateToLatest();
    const failed = results.find((result) => result.status === 'Error');
    if (error !== undefined) {
      const reason = error instanceof Error ? error.message : 'unknown reason';
      throw new Error(failed ? `migration ${failed.migrationName}: ${reason}` : reason, { cause: error });
    }
    await openCatalogue(db); // Where it may not, pics doctor and pics reader say so.
    return results.map((result) => result.migrationName);
  } finally {
    migrated.abort();
    await db.destroy();
  }
}

/** Finds the migrations that this database does not have yet, in their order; all of them where our tables are missing. */
export async function findPendingMigrations(db: Database): Promise<string[]> {
  const migrations = await createMigrator(db).getMigrations();
  return migrations.filter((migration) => !migration.executedAt).map((migration) => migration.name);
}

function createMigrator(db: Database): Migrator {
  return new Migrator({
    db,
    provider: sqlFiles,
    migrationTableName: 'pics_migrations',
    migrationLockTableName: 'pics_migrations_lock',
    // Migrations that were written at the same time reach a database in any order; none depends on that of another branch.
    allowUnorderedMigrations: true,
  });
}

/** Each `.sql` file of the folder is a migration; their names begin with a time, which is their order. */
const sqlFiles: MigrationProvider = {
  async getMigrations() {
    const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql'));
    const migrations = names.map(async (name): Promise<[string, Migration]> => {
      const text = await readFile(new URL(name, FOLDER), 'utf8');
      return [name.slice(0, -'.sql'.length), { up: async (db) => void (await sql.raw(text).execute(db)) }];
    });
    return Object.fromEntries(await Promise.all(migrations));
  },
};

/** @throws Error when the tables are those of a version before the first release, which kept its ledger in sync_status. */
async function refusePreRelease(db: Database): Promise<void> {
  const found = await sql<{ ledgerInSyncStatus: boolean; hasMigrations: boolean }>`
    select to_regclass('pics_migrations') is not null as has_migrations, (
      select count(*) = 2 from pg_attribute
      where attrelid = to_regclass('sync_status') and attname in ('wanted_change_number', 'batch_id')
        and not attisdropped
    ) as ledger_in_sync_status
  `.execute(db);
  const { ledgerInSyncStatus = false, hasMigrations = false } = found.rows[0] ?? {};
  if (!ledgerInSyncStatus && !(hasMigrations && (await hasPreReleaseMigrations(db)))) return;
  throw new Error(
    'this database was created before the first release and cannot be migrated: start with a new, empty database ' +
      '(npm start keeps its own in .pics: delete that folder)',
  );
}

async function hasPreReleaseMigrations(db: Database): Promise<boolean> {
  const { rows } = await sql`select from pics_migrations where name like '20261122%'`.execute(db);
  return rows.length > 0;
}
