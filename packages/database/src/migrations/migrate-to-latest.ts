import { readdir, readFile } from 'node:fs/promises';
import { sql, type Transaction } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import { LOCK_TIMEOUT_MS, type Database } from '../connection/connect-database.ts';
import { setLockTimeout } from '../connection/locks.ts';
import type { Schema } from '../schema.ts';
import {
  compareObjects,
  countRowChanges,
  describeObjects,
  type ObjectChange,
  type RowChange,
} from './describe-objects.ts';
import { inMigration, type MigrationListeners } from './in-migration.ts';
import { openToReaders } from './open-to-readers.ts';

const FOLDER = new URL('../../../../migrations/', import.meta.url);

/**
 * Migrates a database to the newest version of the tables and returns the names of the migrations it applied.
 *
 * Migrating twice, or several times at once, does the same as once: a lock lets one process migrate while the others wait
 * and then find nothing to do. All of it is one transaction, so a migration that fails leaves the database as it was. A
 * database that already holds tables of these names keeps every row and every column of its own. After that the role
 * `pics_reader` may read the catalogue, where the user of the URL may create roles. Migrations of a newer version stay: an
 * older version runs on the tables of a newer one.
 *
 * Nobody waits behind it for longer than 3 s: a lock that somebody else holds for that long ends the transaction, and it
 * starts again a little later.
 *
 * @throws UserError before anything was changed, when this user lacks a right, the URL leads to a transaction pooler, where
 * the lock would not hold, or a lock was held all the time; Error with the sentences of the migration that refused.
 */
export async function migrateToLatest(url: string, listeners: MigrationListeners = {}): Promise<string[]> {
  return inMigration(url, listeners, 'commit', applyMigrations);
}

/** What migrating would do. */
export interface MigrationPreview {
  migrations: string[];
  objects: ObjectChange[];
  rows: RowChange[];
}

/** Migrates as `migrateToLatest` does, looks at what that has changed, and rolls it back. */
export async function previewMigration(
  url: string,
  listeners: MigrationListeners = {},
): Promise<MigrationPreview> {
  return inMigration(url, listeners, 'rollback', async (trx) => {
    const before = await describeObjects(trx);
    const migrations = await applyMigrations(trx);
    const objects = compareObjects(before, await describeObjects(trx));
    return { migrations, objects, rows: await countRowChanges(trx) };
  });
}

async function applyMigrations(trx: Transaction<Schema>): Promise<string[]> {
  const { error, results = [] } = await (await createMigrator(trx)).migrateToLatest();
  const failed = results.find((result) => result.status === 'Error');
  if (error !== undefined) {
    const reason = error instanceof Error ? error.message : 'unknown reason';
    throw new Error(failed ? `migration ${failed.migrationName}: ${reason}` : reason, { cause: error });
  }
  await setLockTimeout(trx, LOCK_TIMEOUT_MS);
  await openToReaders(trx);
  return results.map((result) => result.migrationName);
}

/** Finds the migrations that this database does not have yet, in their order; all of them where our tables are missing. */
export async function findPendingMigrations(db: Database): Promise<string[]> {
  const migrations = await (await createMigrator(db)).getMigrations();
  return migrations.filter((migration) => !migration.executedAt).map((migration) => migration.name);
}

async function createMigrator(db: Database): Promise<Migrator> {
  // Another schema may hold the tables of another instance.
  const { rows } = await sql<{ schema: string }>`
    select coalesce(
      (select relnamespace::regnamespace::text from pg_class where oid = to_regclass('pics_migrations')), current_schema()
    ) as schema
  `.execute(db);
  return new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...(await findApplied(db)), ...(await readFiles(db)) }) },
    migrationTableName: 'pics_migrations',
    migrationLockTableName: 'pics_migrations_lock',
    ...(rows[0] && { migrationTableSchema: rows[0].schema }),
    // Migrations that were written at the same time reach a database in any order; none depends on that of another branch.
    allowUnorderedMigrations: true,
  });
}

/** Each `.sql` file of the folder is a migration; their names begin with a time, which is their order. */
async function readFiles(db: Database): Promise<Record<string, Migration>> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql'));
  const migrations = names.map(async (name): Promise<[string, Migration]> => {
    const text = await readFile(new URL(name, FOLDER), 'utf8');
    return [name.slice(0, -'.sql'.length), { up: () => runScript(db, text) }];
  });
  return Object.fromEntries(await Promise.all(migrations));
}

/**
 * Finds the migrations that the database has. Those without a file are of a newer version that somebody went back from.
 * Migrations only add, so they are left alone; Kysely would refuse to migrate without them.
 */
async function findApplied(db: Database): Promise<Record<string, Migration>> {
  const { rows } = await sql<{ exists: boolean }>`
    select to_regclass('pics_migrations') is not null as exists
  `.execute(db);
  if (!rows[0]?.exists) return {};
  const applied = await sql<{ name: string }>`select name from pics_migrations`.execute(db);
  return Object.fromEntries(applied.rows.map(({ name }) => [name, { up: async () => {} }]));
}

/**
 * With a savepoint, so that the migrator can release its lock after an error, and its caller gets that error; and with our
 * own time limit for locks, because the migrator has set an hour.
 */
async function runScript(trx: Database, text: string): Promise<void> {
  await setLockTimeout(trx, LOCK_TIMEOUT_MS);
  await sql`savepoint migration`.execute(trx);
  try {
    await sql.raw(text).execute(trx);
    await sql`release savepoint migration`.execute(trx);
  } catch (error) {
    await sql`rollback to savepoint migration`.execute(trx).catch(() => {});
    throw error;
  }
}
