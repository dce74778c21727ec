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
import { waitUntil } from '../../apps/cli/src/local/wait-until.ts';
import { isSettled } from '../../test/support/is-settled.ts';
import { startService, type TestService } from '../../test/support/processes.ts';
import { createTestRedis } from '../../test/support/redis.ts';
import type { TestServer } from '../../test/support/servers.ts';
import type { BenchPostgres } from './postgres.ts';
import type { SimulatorProcess } from './simulator-process.ts';

export interface LineOptions {
  fetchers?: number;
  /** The board looks on; the line runs without it. */
  board?: boolean;
  env?: Record<string, string>;
  /** What stands in the database before the services start. */
  prepare?: (database: Database) => Promise<void>;
}

/** The services as they run for real, each a process of its own, ready and held back until told to go. */
export interface BenchLine {
  database: Database;
  redis: TestServer;
  /** Producer, writer, fetchers, board. */
  services: TestService[];
  /** Lets it go. */
  go: () => Promise<void>;
  /** Empties the database once it is settled, and holds the services back: for another run while they are warm. */
  startOver: () => Promise<void>;
  /** Resolves when every app was looked for, no scan is under way and nothing is wanted or in flight. */
  settled: () => Promise<void>;
  stop: () => Promise<void>;
}

/** As many requests a second as the machine can make: the limit is no longer Steam's. */
export const UNTHROTTLED = { FETCH_RATE_PER_SECOND: '10000' };

/** Seldom enough that looking takes nothing from what is measured, on the same cores. */
const LOOK_MS = 50;

/** Beyond what any run takes: one that stands still ends. */
const SETTLE_TIMEOUT_MS = 1_200_000;

/** Starts the services on a new database and a Redis of their own; resolves when all are ready. */
export async function startLine(
  simulator: SimulatorProcess,
  postgres: BenchPostgres,
  { fetchers = 1, board = false, env = {}, prepare }: LineOptions = {},
): Promise<BenchLine> {
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
    services,
    go: async () => void (await updateFleetSettings(database, { paused: false })),
    startOver: async () => {
      await updateFleetSettings(database, { paused: true });
      await sql`
        truncate apps, steam_tags, franchises, developers, publishers, sync_status, pics_changes, pics_scans,
          pics_throughput cascade
      `.execute(database);
      await startScan(database, { reason: 'discovery', knownOnly: false });
      await sql`checkpoint`.execute(database);
    },
    settled: async () => {
      if (await waitUntil(() => hasSettled(database), SETTLE_TIMEOUT_MS, { pollMs: LOOK_MS })) return;
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
  // Counting takes as long as the ledger is, and would be measured too: it is done when nothing is in flight.
  const inHand = database.selectFrom('syncStatus').select('appid').where('batchId', 'is not', null).limit(1);
  if (await inHand.executeTakeFirst()) return false;
  return (await findScan(database, 'discovery')) !== undefined && isSettled(database);
}

/** Wants these apps and keeps the line from looking for any others by itself. */
export async function wantOnly(database: Database, appids: readonly number[]): Promise<void> {
  await database
    .insertInto('picsScans')
    .values({ reason: 'discovery', knownOnly: false, finishedAt: new Date() })
    .execute();
  await markWanted(database, { appids });
}
