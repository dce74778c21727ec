export {
  describeLedgerRow,
  listLedgerFields,
  listNames,
  listStoredFields,
  type Field,
} from './app-fields.ts';
export { assessHealth, describeAttempts, type Health } from './assess-health.ts';
export { describeCatchUp, describeEta, measureCatchUp, type CatchUp } from './catch-up.ts';
export { findAlerts, type AlertThresholds } from './find-alerts.ts';
export { findMomentAgo, findRate, HIGHEST_RATE, LOWEST_RATE } from './find-input.ts';
export { findRateWarning } from './find-rate-warning.ts';
export { findSteamBlocker } from './find-steam-blocker.ts';
export { describeShare, isFollowed } from './find-stop.ts';
export { followProgress } from './follow-progress.ts';
export {
  formatAgo,
  formatApps,
  formatCount,
  formatDuration,
  formatLocalTime,
  formatPercent,
  formatRate,
  formatUtc,
} from './format.ts';
export { INTERRUPTED, listenForInterrupts, stopOnInterrupt } from './interrupts.ts';
export { parseJson, readLogLine, type LogLine } from './log-line.ts';
export {
  describeCounts,
  describeNamedApps,
  describeProgress,
  findHint,
  isSettled,
  measureScan,
  summarise,
  type ProgressReport,
  type Span,
} from './progress.ts';
export {
  fleetReads,
  ledgerReads,
  readAll,
  readLedger,
  readStatus,
  type FleetStatus,
  type LedgerStatus,
  type Reads,
  type Status,
} from './read-status.ts';
export { describeReplica, findReporting, isSilent, NEEDED_SERVICES } from './replica-state.ts';
export {
  findProcessCommand,
  findRunningInstances,
  getDataFolder,
  getInstanceFile,
  readInstance,
  type InstanceUrls,
  type RunningInstance,
} from './running-instances.ts';
export { OUTCOME_LEVELS, type Level, type State } from './state.ts';
export { openTerminal, type Terminal } from './terminal.ts';
export { measureCurrentSpeed, measureSpeed, type Speed } from './throughput.ts';
export {
  countUncompared,
  describeDocuments,
  describeVerification,
  isFaultless,
} from './describe-verification.ts';
export { describeEvents, type DescribedEvent } from './history/describe-changes.ts';
export { diffTexts, type NamedText } from './history/diff-texts.ts';
export { labelOf, type ChangeInWords } from './history/labels.ts';
