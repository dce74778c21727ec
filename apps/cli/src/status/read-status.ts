import {
  countLedger,
  getFeed,
  getScans,
  getFleetSettings,
  getThroughput,
  type Database,
  type Feed,
  type LedgerCounts,
  type ScanProgress,
  type FleetSettings,
  type ThroughputPoint,
} from '@pics/database';
import { findFetchRate, getQueueStates, getReplicas, type QueueState, type Replica } from '@pics/queue';
import { UserError } from '@pics/core';
import { useQueues } from '../servers/use-queues.ts';

/** Done by the whole fleet in a second, over some time. */
export interface Speed {
  apps: number;
  requests: number;
}

/** What Redis knows. */
export interface Fleet {
  replicas: Replica[];
  queues: QueueState[];
  /** Requests a second that the fleet may make right now; null as long as no producer has said so. */
  fetchRate: number | null;
}

/** How everything stands. */
export interface Status {
  at: Date;
  feed: Feed;
  ledger: LedgerCounts;
  steering: FleetSettings;
  speed: { lastMinutes: Speed; lastHour: Speed };
  /** Until nothing is wanted, at the speed of the last minutes; null when nothing is wanted or done, and while paused. */
  etaSeconds: number | null;
  /** Those that are not finished. */
  scans: ScanProgress[];
  /** Null when Redis cannot be reached, for the reason in `problem`. */
  fleet: Fleet | null;
  problem: string | null;
}

/** A scan is soon finished or soon followed by others of its kind; unfinished ones are among the latest. */
const LATEST_SCANS = 10;
/** Long enough to be steady over batches, short enough to be "now". */
const LAST_MINUTES = 5;

/** Reads how everything stands. What Postgres knows is told also when Redis is away. */
export async function readStatus(database: Database): Promise<Status> {
  const [feed, ledger, steering, minutes, scans, fleet] = await Promise.all([
    getFeed(database),
    countLedger(database),
    getFleetSettings(database),
    getThroughput(database, { minutes: 60, step: 1 }),
    getScans(database, LATEST_SCANS),
    readFleet(),
  ]);
  const speed = { lastMinutes: measureSpeed(minutes.slice(-LAST_MINUTES)), lastHour: measureSpeed(minutes) };
  const left = ledger.wanted + ledger.inFlight;
  return {
    at: new Date(),
    feed,
    ledger,
    steering,
    speed,
    etaSeconds:
      left > 0 && speed.lastMinutes.apps > 0 && !steering.pausedAt
        ? Math.round(left / speed.lastMinutes.apps)
        : null,
    scans: scans.filter((scan) => scan.finishedAt === null),
    ...fleet,
  };
}

/** The mean from when work began on, so that a fleet that started a minute ago is not taken for a slow one. */
function measureSpeed(points: readonly ThroughputPoint[]): Speed {
  const begun = points.findIndex((point) => point.requestsPerSecond > 0);
  const worked = begun === -1 ? [] : points.slice(begun);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / (values.length || 1);
  return {
    apps: mean(worked.map((point) => point.appsPerSecond)),
    requests: mean(worked.map((point) => point.requestsPerSecond)),
  };
}

async function readFleet(): Promise<Pick<Status, 'fleet' | 'problem'>> {
  const read = useQueues(async (queues) => {
    const [replicas, queueStates, fetchRate] = await Promise.all([
      getReplicas(queues.redis),
      getQueueStates(queues),
      findFetchRate(queues.fetch),
    ]);
    return { replicas, queues: queueStates, fetchRate: fetchRate ?? null };
  });
  try {
    return { fleet: await read, problem: null };
  } catch (error) {
    if (error instanceof UserError) return { fleet: null, problem: error.message };
    throw error;
  }
}
