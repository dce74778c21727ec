import {
  getLatestChanges,
  getThroughput,
  groupFailures,
  type Database,
  type FailureGroup,
  type LatestChange,
  type ThroughputPoint,
} from '@pics/database';
import {
  fleetReads,
  ledgerReads,
  readAll,
  type FleetStatus,
  type LedgerStatus,
  type Reads,
  type Status,
} from '@pics/operations';
import type { Queues } from '@pics/queue';
import { cached } from './cached.ts';

/** The ledger side of the overview. */
export interface LedgerOverview extends LedgerStatus {
  /** The last day, one point for ten minutes. */
  day: ThroughputPoint[];
  changes: LatestChange[];
  failures: FailureGroup[];
}

/** Everything the overview shows. */
export interface Overview extends Status {
  ledger: LedgerOverview | undefined;
}

/** Reads the overview; a side that cannot be read is undefined and named among the problems. */
export type OverviewReader = () => Promise<Overview>;

/** Rows in the lists of the page. */
const CHANGES = 15;
const FAILURE_GROUPS = 20;

/**
 * The longest a page waits for a side. A server that accepts packets and never responds would otherwise delay the page until
 * its connection times out.
 */
const TIMEOUT_MS = 4_000;

/** Creates the reader of the overview. It caches each part by the cost of its read, except the fleet settings. */
export function createOverviewReader(options: { database: Database; queues: Queues }): OverviewReader {
  const { database, queues } = options;
  const ledger = cacheEach<LedgerOverview>({
    ...ledgerReads(database),
    day: () => getThroughput(database, { minutes: 1_440, step: 10 }),
    changes: () => getLatestChanges(database, CHANGES),
    failures: () => groupFailures(database, FAILURE_GROUPS),
  });
  // Always fresh: the page shows the effect of its own buttons.
  ledger.settings = ledgerReads(database).settings;
  const fleet = cacheEach<FleetStatus>(fleetReads(queues));

  return async () => {
    const problems: string[] = [];
    const readSide = async <Side>(server: string, reads: Reads<Side>): Promise<Side | undefined> => {
      try {
        return await withTimeout(readAll(reads));
      } catch (error) {
        problems.push(`${server} cannot be read: ${describeError(error)}`);
        return undefined;
      }
    };
    const [ledgerSide, fleetSide] = await Promise.all([
      readSide('Postgres', ledger),
      readSide('Redis', fleet),
    ]);
    return { at: new Date(), ledger: ledgerSide, fleet: fleetSide, problems };
  };
}

function cacheEach<Parts>(reads: Reads<Parts>): Reads<Parts> {
  const cachedReads = { ...reads };
  for (const name of Object.keys(reads) as (keyof Parts)[]) cachedReads[name] = cached(reads[name]);
  return cachedReads;
}

async function withTimeout<T>(reading: Promise<T>): Promise<T> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('no response')), TIMEOUT_MS);
  try {
    return await Promise.race([reading, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** The outermost message only, because inner errors may contain addresses. */
function describeError(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return describeError(error.errors[0]);
  return error instanceof Error ? error.message : 'unknown reason';
}
