export { connectDatabase, type ConnectOptions, type Database } from './connect-database.ts';
export { findDatabaseHindrance } from './find-database-hindrance.ts';
export { isDatabaseUnavailable } from './is-database-unavailable.ts';
export { migrateToLatest } from './migrate-to-latest.ts';
export type { AppsTable, AppSteamDeckTable, PicsScansTable, Schema, SyncStatusTable } from './schema.ts';
