import {
  connectDatabase,
  countLedger,
  findScan,
  markWanted,
  startScan,
  updateFleetSettings,
  type Database,
} from '@pics/database';
import { sql } from 'kysely';
import { waitUntil } from '@pics/local';
import { isSettled } from '../../test/support/is-settled.ts';
import { startService, type TestService } from '../../test/support/processes.ts';
import { createTestRedis } from '../../test/support/redis.ts';
import type { TestServer } from '../../test/support/servers.ts';
import type { BenchPostgres } from './postgres.ts';
import type { SimulatorProcess } from './simulator-process.ts';

export interface PipelineOptions {
  fetchers?: number;
  /** Start the board too; the pipeline runs without it. */
  board?: boolean;
  env?: Record<string, string>;
  /** Prepares the database before the services start. */
  prepare?: (database: Database) => Promise<void>;
}

/** The real services, each in its own process, ready and paused. */
export interface BenchPipeline {
  database: Database;
  redis: TestServer;
  /** The environment of its services. */
  env: Record<string, string>;
  /** Producer, writer, fetchers, board. */
  services: TestService[];
  /** Starts the work. */
  start: () => Promise<void>;
  /** Empties the database and pauses, for another run with warm services. */
  reset: () => Promise<void>;
  /** Resolves when discovery has finished, no scan is running, and no app is wanted or in flight. */
  settled: () => Promise<void>;
  stop: () => Promise<void>;
}

/** Far more requests a second than the machine can make. */
export const UNTHROTTLED = { FETCH_RATE_PER_SECOND: '10000' };

/** Polling runs on the cores that are measured, so not more often than this. */
const POLL_MS = 50;

/** Longer than any run takes: ends a run that has stopped making progress. */
const SETTLE_TIMEOUT_MS = 1_200_000;

/** Starts the services on a new database and a new Redis and resolves when all are ready. */
export async function startPipeline(
  simulator: Pick<SimulatorProcess, 'env'>,
  postgres: BenchPostgres,
  { fetchers = 1, board = false, env = {}, prepare }: PipelineOptions = {},
): Promise<BenchPipeline> {
  const { url, drop } = await postgres.createDatabase();
  const redis = await createTestRedis();
  const database = connectDatabase(url, { applicationName: 'bench', maxConnections: 2 });
  await updateFleetSettings(database, { paused: true });
  if (prepare) await prepare(database);
  const variables = { DATABASE_URL: url, REDIS_URL: redis.url, LOG_LEVEL: 'warn', ...simulator.env, ...env };
  const services = await Promise.all([
    startService('producer', variables),
    startService('writer', variables),
    ...Array.from({ length: fetchers }, () => startService('fetcher', variables)),
    ...(board ? [startService('board', variables)] : []),
  ]);
  return {
    database,
    redis,
    env: variables,
    services,
    start: async () => void (await updateFleetSettings(database, { paused: false })),
    reset: async () => {
      await updateFleetSettings(database, { paused: true });
      await sql`
        truncate apps, app_documents, app_sections, app_versions, app_branches, app_builds, pics_events, steam_tags,
          franchises, developers, publishers, pics_app_ledger, pics_changes, pics_scans, pics_throughput cascade
      `.execute(database);
      // Otherwise the next fill would write an event for each app.
      await sql`update pics_state set filled_at = null`.execute(database);
      await startScan(database, { reason: 'discovery', knownOnly: false });
      await sql`checkpoint`.execute(database);
    },
    settled: async () => {
      if (await waitUntil(() => hasSettled(database), SETTLE_TIMEOUT_MS, { pollMs: POLL_MS })) return;
      throw new Error(`not settled: ${JSON.stringify(await countLedger(database))}`);
    },
    stop: async () => {
      await Promise.all(services.map((service) => service.stop()));
      await database.destroy();
      await redis.drop();
      await drop();
    },
  };
}

async function hasSettled(database: Database): Promise<boolean> {
  // Counting scans the ledger and would be measured too, so it is done only when nothing is in flight.
  const inFlight = database
    .selectFrom('picsAppLedger')
    .select('id')
    .where('batchId', 'is not', null)
    .limit(1);
  if (await inFlight.executeTakeFirst()) return false;
  return (await findScan(database, 'discovery')) !== undefined && isSettled(database);
}

/** Marks these apps as wanted, and discovery as finished, so that the pipeline does not look for others. */
export async function wantOnly(database: Database, appids: readonly number[]): Promise<void> {
  await database
    .insertInto('picsScans')
    .values({ reason: 'discovery', knownOnly: false, finishedAt: new Date() })
    .execute();
  await markWanted(database, { appids });
}
