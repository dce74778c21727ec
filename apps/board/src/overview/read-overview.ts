import {
  countLedger,
  getFeed,
  getLatestChanges,
  getScans,
  getFleetSettings,
  getThroughput,
  groupFailures,
  type Database,
  type FailureGroup,
  type Feed,
  type LatestChange,
  type LedgerCounts,
  type ScanProgress,
  type FleetSettings,
  type ThroughputPoint,
} from '@pics/database';
import {
  findFetchRate,
  getQueueStates,
  getReplicas,
  type Queues,
  type QueueState,
  type Replica,
} from '@pics/queue';
import { paced } from './paced.ts';

/** What Postgres knows. */
export interface LedgerSide {
  counts: LedgerCounts;
  feed: Feed;
  steering: FleetSettings;
  hour: ThroughputPoint[];
  day: ThroughputPoint[];
  changes: LatestChange[];
  scans: ScanProgress[];
  failures: FailureGroup[];
}

/** What Redis knows. */
export interface FleetSide {
  replicas: Replica[];
  queues: QueueState[];
  /** Requests a second that the fleet may make right now; undefined when no producer has said so. */
  fetchRate: number | undefined;
}

/** Everything the overview shows. A side that could not be read is undefined, and the reason among the problems. */
export interface Overview {
  at: Date;
  ledger: LedgerSide | undefined;
  fleet: FleetSide | undefined;
  problems: string[];
}

/** How many rows the lists of the page have. */
const CHANGES = 15;
const SCANS = 6;
const FAILURE_GROUPS = 20;

/**
 * Longer than this nobody waits for a page. A database or Redis that answers nothing at all (a network that swallows
 * packets) would otherwise hold it up until its connection gives up.
 */
const PATIENCE_MS = 4_000;

/** Makes the function that reads the overview, each part of it at its own pace. */
export function createOverviewReader({ database, queues }: { database: Database; queues: Queues }) {
  const ledger = {
    counts: paced(() => countLedger(database)),
    feed: paced(() => getFeed(database)),
    steering: () => getFleetSettings(database),
    hour: paced(() => getThroughput(database, { minutes: 60, step: 1 })),
    day: paced(() => getThroughput(database, { minutes: 1_440, step: 10 })),
    changes: paced(() => getLatestChanges(database, CHANGES)),
    scans: paced(() => getScans(database, SCANS)),
    failures: paced(() => groupFailures(database, FAILURE_GROUPS)),
  };
  const fleet = {
    replicas: paced(() => getReplicas(queues.redis)),
    queues: paced(() => getQueueStates(queues)),
    fetchRate: paced(() => findFetchRate(queues.fetch)),
  };

  return async function readOverview(): Promise<Overview> {
    const problems: string[] = [];
    const [ledgerSide, fleetSide] = await Promise.all([
      readSide<LedgerSide>(ledger).catch((error: unknown) => {
        problems.push(`Postgres cannot be read: ${describeProblem(error)}`);
        return undefined;
      }),
      readSide<FleetSide>(fleet).catch((error: unknown) => {
        problems.push(`Redis cannot be read: ${describeProblem(error)}`);
        return undefined;
      }),
    ]);
    return { at: new Date(), ledger: ledgerSide, fleet: fleetSide, problems };
  };
}

export type OverviewReader = ReturnType<typeof createOverviewReader>;

/** Reads all parts of a side at once; they come or fail together. */
async function readSide<Side>(parts: { [Part in keyof Side]: () => Promise<Side[Part]> }): Promise<Side> {
  const names = Object.keys(parts) as (keyof Side)[];
  const reading = Promise.all(names.map(async (name) => [name, await parts[name]()] as const));
  const patience = Promise.withResolvers<never>();
  const timer = setTimeout(() => patience.reject(new Error('no answer')), PATIENCE_MS);
  try {
    return Object.fromEntries(await Promise.race([reading, patience.promise])) as Side;
  } finally {
    clearTimeout(timer);
  }
}

/** The outermost sentence; what lies under it may hold addresses. */
function describeProblem(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return describeProblem(error.errors[0]);
  return error instanceof Error ? error.message : 'unknown reason';
}
