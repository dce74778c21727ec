export { acquireLeadership, type Leadership } from './acquire-leadership.ts';
export { claimSource, type Source } from './claim-source.ts';
export { connectDatabase, type ConnectOptions, type Database } from './connect-database.ts';
export { findDatabaseBlocker } from './find-database-blocker.ts';
export { findPendingMigrations } from './find-pending-migrations.ts';
export { inspectDatabase, type DatabaseFacts } from './inspect-database.ts';
export { isDatabaseUnavailable } from './is-database-unavailable.ts';
export { migrateToLatest } from './migrate-to-latest.ts';
export type { AppsTable, AppSteamDeckTable, LedgerTable, PicsScansTable, Schema } from './schema.ts';

export { findCursor, startCursor } from './ledger/cursor.ts';
export { recordPoll, type Change, type Poll } from './ledger/record-poll.ts';
export { markWanted, type WantedSelection } from './ledger/mark-wanted.ts';
export { claimBatch, type Batch } from './ledger/claim-batch.ts';
export { getBatchesInFlight, releaseBatches, type ReleaseOutcome } from './ledger/batches-in-flight.ts';
export { countApps } from './ledger/count-apps.ts';
export { countLedger, type LedgerCounts } from './ledger/count-ledger.ts';

export { startScan, type Scan, type ScanOptions } from './scans/start-scan.ts';
export { findLatestScan, findScan, findUnfinishedScan } from './scans/find-scan.ts';
export { claimScanRequest, type ScanRequest } from './scans/claim-scan-request.ts';
export { recordScan, type ScanCounts } from './scans/record-scan.ts';
export { getScanLimit } from './scans/scan-limit.ts';

export { findUnnamedTagIds, upsertTagNames } from './names/tag-names.ts';

export { requeueApps, type RequeueSelection } from './fleet/requeue-apps.ts';
export {
  getFleetSettings,
  updateFleetSettings,
  type FleetSettings,
  type FleetSettingsChange,
} from './fleet/fleet-settings.ts';

export { addThroughput } from './overview/add-throughput.ts';
export { findApp, type AppDetails } from './overview/find-app.ts';
export { getFailures, type Failure } from './overview/get-failures.ts';
export { getFeed, type Feed } from './overview/get-feed.ts';
export {
  getLatestChanges,
  type ChangeOutcome,
  type ChangesStart,
  type LatestChange,
} from './overview/get-latest-changes.ts';
export { getScans, type ScanProgress } from './overview/get-scans.ts';
export { findFailedApps, groupFailures, type FailureGroup } from './overview/group-failures.ts';
export { measureLedger, type LedgerMeasures } from './overview/measure-ledger.ts';
export { searchApps, type FoundApp } from './overview/search-apps.ts';
export { getThroughput, type ThroughputPoint, type ThroughputSpan } from './overview/get-throughput.ts';

export type { RowChanges, RowCounts } from './write/row-changes.ts';
export { writeBatch } from './write/write-batch.ts';
export type { WriteCounts } from './write/write-outcomes.ts';
