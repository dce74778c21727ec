export { acquireLeadership, hasLeader, type Leadership } from './connection/acquire-leadership.ts';
export { connectDatabase, type ConnectOptions, type Database } from './connection/connect-database.ts';
export { findDatabaseBlocker } from './connection/find-database-blocker.ts';
export { findHolderAfterwards, isLockTimeout, isStatementTimeout } from './connection/locks.ts';
export { probeDatabase } from './connection/probe-database.ts';
export { inspectDatabase, type DatabaseFacts } from './connection/inspect-database.ts';
export { isDatabaseUnavailable } from './connection/is-database-unavailable.ts';
export { findMissingOwnership, findMissingRights } from './connection/find-missing-rights.ts';
export type { ObjectChange, RowChange } from './migrations/describe-objects.ts';
export type { MigrationListeners } from './migrations/in-migration.ts';
export {
  findPendingMigrations,
  migrateToLatest,
  previewMigration,
  type MigrationPreview,
} from './migrations/migrate-to-latest.ts';
export { findBlindUsers, type BlindUser } from './readers/find-blind-users.ts';
export { findClosedRelations } from './readers/open-catalogue.ts';
export {
  createReader,
  dropReader,
  getReaders,
  rotateReader,
  type Reader,
  type ReaderLogon,
} from './readers/readers.ts';
export type { AppsTable, AppSteamDeckTable, LedgerTable, PicsScansTable, Schema } from './schema.ts';

export {
  claimSource,
  findCursor,
  findPollAge,
  findSource,
  LONGEST_POLL_PAUSE_MS,
  markPolled,
  resetCursor,
  startCursor,
  type Source,
} from './ledger/cursor.ts';
export { recordPoll, type Poll } from './ledger/record-poll.ts';
export { pruneChanges, type Change } from './ledger/changes.ts';
export { addEventMonths, pruneEvents } from './ledger/event-months.ts';
export { markWanted, wantStoredApps, type WantedSelection } from './ledger/apps/mark-wanted.ts';
export { claimBatch, type Batch } from './ledger/apps/claim-batch.ts';
export type { FailureFilter } from './ledger/apps/failure-filter.ts';
export { requeueApps, type Requeue, type RequeueSelection } from './ledger/apps/requeue-apps.ts';
export { hasDueWork } from './ledger/has-due-work.ts';
export { findKeptColumns, recordKeptColumns } from './ledger/kept-columns.ts';
export { markFilled } from './ledger/mark-filled.ts';
export { getBatchesInFlight, releaseBatches, type ReleaseOutcome } from './ledger/release-batches.ts';
export {
  findScan,
  findUnfinishedScan,
  getScanLimit,
  getScans,
  startScan,
  type Scan,
  type ScanOptions,
  type ScanProgress,
} from './ledger/scans/scans.ts';
export { claimScanRequest, reopenScanRequest, type ScanRequest } from './ledger/scans/scan-requests.ts';
export { startVerification, type StartedVerification } from './ledger/scans/verify/start-verification.ts';
export { countDamage, recordDamage } from './ledger/scans/verify/record-damage.ts';
export {
  countMissingDocuments,
  fixDocuments,
  wantMissingDocuments,
  type FixedDocuments,
} from './ledger/scans/verify/fix-documents.ts';
export { claimTokenRequest, wantTokens, type TokenRequest } from './ledger/tokens/token-requests.ts';
export { recordTokens, type TokenCounts } from './ledger/tokens/record-tokens.ts';
export { countTokens, type TokenCount } from './ledger/tokens/count-tokens.ts';
export { importTokens, type ImportedToken } from './ledger/tokens/import-tokens.ts';
export { recordScan, type ScanCounts } from './ledger/scans/record-scan.ts';
export {
  getFleetSettings,
  updateFleetSettings,
  type FleetSettings,
  type FleetSettingsChange,
} from './ledger/fleet-settings.ts';
export {
  addThroughput,
  getThroughput,
  type ThroughputPoint,
  type ThroughputSpan,
} from './ledger/throughput.ts';

export { decodeDocument, DocumentDamaged, type EncodedDocument } from './documents/decode-document.ts';
export { encodeDocument } from './documents/encode-document.ts';
export { checkDocuments, type CheckedPage, type DamagedDocument } from './documents/check-documents.ts';
export { findDictionaryBlocker } from './documents/find-dictionary-blocker.ts';
export { findDocuments, pageThroughDocuments, type StoredDocument } from './documents/find-documents.ts';

export { findUnnamedTagIds, upsertTagNames } from './write/tag-names.ts';
export type { RowChanges, RowCounts } from './write/row-changes.ts';
export type { ExtractApp } from './write/extract-page.ts';
export { extractStored, type ExtractOptions, type ExtractResult } from './write/extract-stored.ts';
export { writeBatch, type WriteOptions } from './write/write-batch.ts';
export type { HistoryOptions } from './write/history/write-history.ts';
export type { WriteCounts } from './write/write-outcomes.ts';

export {
  countApps,
  countLedger,
  measureLedger,
  type LedgerCounts,
  type LedgerMeasures,
} from './read/measure-ledger.ts';
export {
  getFeed,
  getLatestChanges,
  listChangesSince,
  type ChangeOutcome,
  type ChangePosition,
  type ChangesStart,
  type Feed,
  type LatestChange,
} from './read/feed.ts';
export { estimateAppsToFind, getBacklog, type Backlog, type Discovery } from './read/backlog.ts';
export {
  countDocuments,
  getDocumentsStatus,
  listDocumentDifferences,
  type DocumentDifference,
  type DocumentsStatus,
  type Verification,
} from './read/verification.ts';
export { findRetries, type Retries } from './read/retries.ts';
export {
  findFailedApps,
  getFailures,
  groupFailures,
  type Failure,
  type FailureGroup,
} from './read/failures.ts';
export {
  listFailingApps,
  summarizeFailures,
  type FailingApp,
  type FailurePage,
  type FailureSummary,
} from './read/failing-apps.ts';
export { findRequeue, listRequeues, type RequeueProgress } from './read/requeues.ts';
export { findApp, type AppDetails } from './read/find-app.ts';
export { findNames } from './read/history/find-names.ts';
export { findOldestVersion } from './read/history/find-oldest-version.ts';
export { findVersion, type Version } from './read/history/find-version.ts';
export { listBranches, type StoredBranch } from './read/history/list-branches.ts';
export { listBuilds, type Build } from './read/history/list-builds.ts';
export { listEvents, type AppEvent, type EventSelection } from './read/history/list-events.ts';
export {
  listLatestEvents,
  type EventPosition,
  type LatestEvent,
  type LatestEventSelection,
} from './read/history/list-latest-events.ts';
export { listVersions } from './read/history/list-versions.ts';
export { findUnknownApps } from './read/unknown-apps.ts';
export { searchApps, type FoundApp, type Search, type SearchResult } from './read/search/search-apps.ts';
export { listApps, type AppList } from './read/browse/list-apps.ts';
export { countListEntries, findListEntries, hasManyEntries } from './read/browse/list-entries.ts';
export { LIST_NAMES, type ListEntry, type ListName } from './read/browse/lists.ts';
export { CATALOGUE_TABLES, type CatalogueTable } from './read/catalogue-tables.ts';
export {
  readSnapshot,
  type Column,
  type ColumnType,
  type ColumnValue,
  type TableRows,
} from './read/snapshot.ts';
export { claimAlerts, settleAlert, type AlertReport, type ObservedAlert } from './ledger/alerts.ts';
