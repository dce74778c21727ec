// status: the state of the pipeline, read and measured.
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
} from './status/read-status.ts';
export { describeReplica, findReporting, isSilent, NEEDED_SERVICES } from './status/replica-state.ts';
export { measureCurrentSpeed, measureSpeed, type Speed } from './status/throughput.ts';
export { describeCatchUp, describeEta, measureCatchUp, type CatchUp } from './status/catch-up.ts';
export {
  countUncompared,
  describeDocuments,
  describeVerification,
  isFaultless,
} from './status/describe-verification.ts';

// health: what a status means for those who run the pipeline.
export { assessHealth, describeAttempts, type Health } from './health/assess-health.ts';
export { describeShare, isFollowed } from './health/find-stop.ts';
export { findAlerts, type AlertThresholds } from './health/find-alerts.ts';

// history: what changed in an app, in words and as a diff.
export { describeEvents, type DescribedEvent } from './history/describe-changes.ts';
export { labelOf, type ChangeInWords } from './history/labels.ts';
export { openVersion } from './history/open-version.ts';
export { diffVersions } from './history/diff-versions.ts';
export { diffTexts } from './history/diff-texts.ts';
export { explainNoDocument, explainUnknownApp } from './history/explain-no-document.ts';

// words: how values are written, and how what people type is read.
export {
  formatAgo,
  formatApps,
  formatCount,
  formatDuration,
  formatLocalTime,
  formatPercent,
  formatRate,
  formatUtc,
} from './words/format.ts';
export { OUTCOME_LEVELS, type Level, type State } from './words/state.ts';
export {
  describeLedgerRow,
  listLedgerFields,
  listNames,
  listStoredFields,
  type Field,
} from './words/app-fields.ts';
export { findMomentAgo, findRate, findRateWarning, HIGHEST_RATE, LOWEST_RATE } from './words/find-input.ts';

// terminal: commands that run for a while, and the logs of services.
export { openTerminal, type Terminal } from './terminal/open-terminal.ts';
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
} from './terminal/describe-progress.ts';
export { followProgress } from './terminal/follow-progress.ts';
export { INTERRUPTED, listenForInterrupts, stopOnInterrupt } from './terminal/interrupts.ts';
export { parseJson, readLogLine, type LogLine } from './terminal/log-line.ts';

// local: what runs on this machine, and whether it reaches Steam.
export {
  findProcessCommand,
  findRunningInstances,
  getDataFolder,
  getInstanceFile,
  readInstance,
  type InstanceUrls,
  type RunningInstance,
} from './local/running-instances.ts';
export { findSteamBlocker } from './local/find-steam-blocker.ts';
