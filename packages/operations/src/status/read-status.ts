import {
  countLedger,
  findRetries,
  getBacklog,
  getDocumentsStatus,
  getFeed,
  getFleetSettings,
  getScans,
  getThroughput,
  type Backlog,
  type Database,
  type DocumentsStatus,
  type Feed,
  type FleetSettings,
  type LedgerCounts,
  type Retries,
  type ScanProgress,
  type ThroughputPoint,
} from '@pics/database';
import {
  findFetchRate,
  findSteamPause,
  getQueueStates,
  getReplicas,
  type Queues,
  type QueueState,
  type Replica,
  type SteamPause,
} from '@pics/queue';

/** What Postgres knows about the pipeline. */
export interface LedgerStatus {
  counts: LedgerCounts;
  backlog: Backlog;
  /** Apps that are being asked for again; null when there are none. */
  retries: Retries | null;
  feed: Feed;
  settings: FleetSettings;
  /** The last hour, one point a minute. */
  hour: ThroughputPoint[];
  /** The latest scans, the newest first. */
  scans: ScanProgress[];
  documents: DocumentsStatus;
}

/** What Redis knows about the pipeline. */
export interface FleetStatus {
  replicas: Replica[];
  queues: QueueState[];
  /** Requests per second that the fleet may make right now; undefined until a producer has set it. */
  fetchRate: number | undefined;
  /** How the fleet holds back because Steam refused requests; undefined while it does not. */
  steamPause: SteamPause | undefined;
}

/**
 * The state of the whole pipeline. A side that could not be read is undefined, with the reason among the problems; a fleet
 * that was not asked for, by a command that reads Postgres alone, is undefined without one.
 */
export interface Status {
  at: Date;
  ledger: LedgerStatus | undefined;
  fleet: FleetStatus | undefined;
  problems: string[];
}

/** Scans finish within minutes and rarely overlap: unfinished ones are among the latest. */
const LATEST_SCANS = 6;

/** One read for each part of an object, so that a caller can cache each at its own pace. */
export type Reads<Parts> = { [Part in keyof Parts]: () => Promise<Parts[Part]> };

/** The reads that make up a LedgerStatus; each takes milliseconds, except the counts on a ledger of millions. */
export function ledgerReads(database: Database): Reads<LedgerStatus> {
  return {
    counts: () => countLedger(database),
    backlog: () => getBacklog(database),
    retries: () => findRetries(database),
    feed: () => getFeed(database),
    settings: () => getFleetSettings(database),
    hour: () => getThroughput(database, { minutes: 60, step: 1 }),
    scans: () => getScans(database, LATEST_SCANS),
    documents: () => getDocumentsStatus(database),
  };
}

/** The reads that make up a FleetStatus. */
export function fleetReads(queues: Queues): Reads<FleetStatus> {
  return {
    replicas: () => getReplicas(queues.redis),
    queues: () => getQueueStates(queues),
    fetchRate: () => findFetchRate(queues.fetch),
    steamPause: () => findSteamPause(queues.redis),
  };
}

/** Runs all reads at the same time; they succeed or fail together. */
export async function readAll<Parts>(reads: Reads<Parts>): Promise<Parts> {
  const names = Object.keys(reads) as (keyof Parts)[];
  const parts = await Promise.all(names.map(async (name) => [name, await reads[name]()] as const));
  return Object.fromEntries(parts) as Parts;
}

/** Reads the status; without queues only that of the ledger. A side that cannot be read becomes a problem. */
export async function readStatus(database: Database, queues?: Queues): Promise<Status> {
  const problems: string[] = [];
  const orProblem = async <Side>(server: string, reading: Promise<Side>): Promise<Side | undefined> =>
    reading.catch((error: unknown) => {
      problems.push(`${server} cannot be read: ${error instanceof Error ? error.message : 'unknown reason'}`);
      return undefined;
    });
  const [ledger, fleet] = await Promise.all([
    orProblem('Postgres', readLedger(database)),
    queues && orProblem('Redis', readAll(fleetReads(queues))),
  ]);
  return { at: new Date(), ledger, fleet, problems };
}

/**
 * Reads the side of Postgres: the scans first, because a scan that finishes meanwhile has marked what it found, and the
 * counts then include it. The other way round everything would seem settled for a moment.
 */
export async function readLedger(database: Database): Promise<LedgerStatus> {
  const { scans, backlog, ...others } = ledgerReads(database);
  const first = await readAll({ scans, backlog });
  return { ...first, ...(await readAll(others)) };
}
