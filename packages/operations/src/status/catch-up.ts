import type { Discovery, ThroughputPoint } from '@pics/database';
import { formatCount, formatDuration, formatPercent } from '../words/format.ts';
import type { FleetStatus, LedgerStatus } from './read-status.ts';
import { findReporting, NEEDED_SERVICES } from './replica-state.ts';
import { countUnsettled, estimateRequestRate } from './throughput.ts';

/** What is left until the tables hold every app: of a first fill, of a sync of everything, of a long pause. */
export interface CatchUp {
  /**
   * How much of the work is done, from 0 to 1, in requests: those for ids to look through and those for apps to fetch. It
   * only grows, and is the number to draw a bar of.
   */
  share: number;
  /** How many of the ids were looked through, from 0 to 1; undefined when no scan looks for apps. */
  idsShare: number | undefined;
  /** Apps that are fetched, or failed, and apps there are; while a scan looks for apps their number is an estimate. */
  apps: { done: number; total: number; isEstimate: boolean };
  /** How long it takes from now on; undefined when nothing moves or before there is something to go by. */
  etaMs: number | undefined;
  /** What is done: "scanned 40 % of the ids, fetched 107,000 of about 282,000 apps". */
  work: string;
}

/** Fewer apps than this are the everyday work of following changes, not a backlog. */
const BACKLOG = 1_000;

/** FETCH_BATCH_SIZE and SCAN_BATCH_SIZE unless set; the sizes in use are seen while work is in flight. */
const BATCH_SIZE = 200;
const SCAN_REQUEST_SIZE = 5_000;

/** A survey may find too few apps by this part: with less to do than there is, the share would fall once they are found. */
const SURVEY_ERROR = 0.04;

/** What measures of work that is left are computed from. The fleet is undefined when Redis was not read. */
export interface Work {
  at: Date;
  ledger: Pick<LedgerStatus, 'counts' | 'backlog' | 'retries' | 'hour' | 'settings'>;
  fleet: FleetStatus | undefined;
}

/**
 * Measures the work until the tables hold every app; undefined when there is no more to do than following changes.
 *
 * Board, terminal and `pics status` all show this, so that none of them contradicts another.
 */
export function measureCatchUp({ at, ledger, fleet }: Work): CatchUp | undefined {
  const { counts, backlog } = ledger;
  const { discovery } = backlog;
  if (!discovery && countUnsettled(counts) <= BACKLOG) return undefined;
  const idsShare = discovery ? discovery.idsLookedThrough / discovery.ids : undefined;
  const total = Math.max(counts.known, discovery?.apps ?? 0);
  const apps = { done: counts.settled + counts.failed, total, isEstimate: discovery !== null };
  const share = measureShare(apps, discovery);
  const etaMs = estimateEtaMs({ at, ledger, fleet });
  return { share, idsShare, apps, etaMs, work: describeWork(idsShare, apps) };
}

/** The weights of ids and apps stay the same throughout, whatever the sizes of requests in use, so that the share only grows. */
function measureShare(apps: CatchUp['apps'], discovery: Discovery | null): number {
  if (!discovery) return apps.total === 0 ? 1 : apps.done / apps.total;
  // As long as the survey has no response, nothing is known of what there is to do.
  if (discovery.idsLookedThrough === 0) return 0;
  const done = discovery.idsLookedThrough / SCAN_REQUEST_SIZE + apps.done / BATCH_SIZE;
  const total = Math.max(apps.total, discovery.apps * (1 + SURVEY_ERROR));
  return Math.min(done / (discovery.ids / SCAN_REQUEST_SIZE + total / BATCH_SIZE), 1);
}

function describeWork(idsShare: number | undefined, { done, total, isEstimate }: CatchUp['apps']): string {
  if (idsShare === 0) return 'scanned 0 % of the ids, finding out how many apps there are';
  const all = isEstimate ? `about ${formatCount(Number(total.toPrecision(3)))}` : formatCount(total);
  const ids = idsShare === undefined ? '' : `scanned ${formatPercent(idsShare)} of the ids, `;
  return `${ids}fetched ${formatCount(done)} of ${all} apps`;
}

/** The whole catch-up in a sentence, without the time left: "38 % done: scanned 40 % of the ids, …". */
export function describeCatchUp({ share, work }: Pick<CatchUp, 'share' | 'work'>): string {
  return `${formatPercent(share)} done: ${work}`;
}

/** The time left, in words; undefined when it is not known. */
export function describeEta({ etaMs }: Pick<CatchUp, 'etaMs'>): string | undefined {
  return etaMs === undefined ? undefined : `about ${formatDuration(etaMs)} left`;
}

function estimateEtaMs({ at, ledger, fleet }: Work): number | undefined {
  const { discovery } = ledger.backlog;
  if (ledger.settings.pausedAt || fleet?.steamPause?.since) return undefined;
  if (fleet && NEEDED_SERVICES.some((service) => findReporting(fleet.replicas, service).length === 0)) {
    return undefined;
  }
  if (discovery?.idsLookedThrough === 0) return undefined;
  return (
    (countRequestsLeft(ledger, at) / estimateRequestRate(ledger.hour, findBudget(ledger, fleet))) * 1_000
  );
}

/** Requests a second the fleet may make once it is back at its whole rate; undefined when that is not known. */
function findBudget(ledger: Work['ledger'], fleet: FleetStatus | undefined): number | undefined {
  const { fetchRate } = ledger.settings;
  if (fetchRate !== null) return fetchRate;
  return fleet?.fetchRate === undefined ? undefined : fleet.fetchRate / (fleet.steamPause?.share ?? 1);
}

function countRequestsLeft(ledger: Work['ledger'], at: Date): number {
  const { backlog, retries, counts } = ledger;
  const { discovery, otherIdsLeft } = backlog;
  const idsLeft = otherIdsLeft + (discovery ? discovery.ids - discovery.idsLookedThrough : 0);
  const fresh = countUnsettled(counts) - (retries?.apps ?? 0) + (discovery?.appsToFind ?? 0);
  // Each missing response halves the batch that an app goes out in.
  const retryRequests = (retries?.byAttempts ?? []).map(
    ({ attempts, apps }) => apps / Math.max(1, BATCH_SIZE / 2 ** attempts),
  );
  return (
    idsLeft / (backlog.scanRequestSize ?? SCAN_REQUEST_SIZE) +
    Math.max(0, fresh) / measureBatch(ledger, at) +
    retryRequests.reduce((sum, requests) => sum + requests, 0)
  );
}

/** So many requests make an average that means something. */
const ENOUGH_REQUESTS = 20;

/**
 * How many apps a request fetches on average. What one request of a scan finds is dispatched at once, and its last batch is
 * not full: while apps are looked for, the average is less, and is measured as soon as it can be.
 */
function measureBatch({ backlog, hour }: Work['ledger'], at: Date): number {
  const { discovery, batchSize } = backlog;
  if (!discovery) return batchSize ?? BATCH_SIZE;
  const done = sumSince(hour, discovery.startedAt, at);
  const requests = done.requests - discovery.requests;
  if (requests >= ENOUGH_REQUESTS) return Math.max(1, done.apps / requests);
  const found = (discovery.apps / discovery.ids) * SCAN_REQUEST_SIZE;
  return found === 0 ? BATCH_SIZE : found / Math.ceil(found / BATCH_SIZE);
}

/** What was done since a time, from points of one minute. */
function sumSince(
  hour: readonly ThroughputPoint[],
  since: Date,
  at: Date,
): { apps: number; requests: number } {
  const sum = { apps: 0, requests: 0 };
  for (const { from, appsPerSecond, requestsPerSecond } of hour) {
    if (from.getTime() + MINUTE_MS <= since.getTime()) continue;
    const seconds = Math.min(MINUTE_MS, at.getTime() - from.getTime()) / 1_000;
    sum.apps += appsPerSecond * seconds;
    sum.requests += requestsPerSecond * seconds;
  }
  return sum;
}

const MINUTE_MS = 60_000;
