import { connectDatabase, countLedger, findCursor, findScan, type Database } from '@pics/database';
import { createTestDatabase } from './database.ts';
import { closeAtEnd } from './cleanup.ts';
import { isSettled } from './is-settled.ts';
import { startService, type TestService } from './processes.ts';
import { createTestRedis, type TestRedis } from './redis.ts';
import type { Simulator } from '@pics/simulator';
import { environmentOf } from './simulator.ts';
import { waitUntil } from '@pics/local';

/** The whole pipeline as in production: every service is a process, on a real Postgres and Redis. */
export interface Pipeline {
  database: Database;
  redis: TestRedis;
  services: {
    producer: TestService;
    fetchers: TestService[];
    writer: TestService;
    board: TestService | undefined;
  };
  /** Resolves when every app was looked for, no scan is unfinished and nothing is wanted or in flight; rejects after the timeout. */
  settled(timeoutMs: number): Promise<void>;
  /** The same, once the cursor has reached the newest change of the simulator. */
  caughtUp(timeoutMs: number): Promise<void>;
  /** The environment of its services, to start one more. */
  env: Record<string, string>;
  /** SIGTERMs all services; resolves with their exit codes. */
  stop(): Promise<number[]>;
}

/** The settings of all services in tests: without the pauses that only protect Steam. */
const IMPATIENT = { POLL_INTERVAL_MS: '200', FETCH_RATE_PER_SECOND: '100', LOG_LEVEL: 'info' };

export interface PipelineOptions {
  fetchers?: number;
  /** Starts a board too; the pipeline does not need it. */
  board?: boolean;
  env?: Record<string, string>;
  /** A migrated database, possibly with data; by default a new empty one. */
  databaseUrl?: string;
}

/** Starts the services against the simulator and resolves when all of them are ready. */
export async function startPipeline(
  simulator: Simulator,
  { fetchers = 1, board = false, env = {}, databaseUrl }: PipelineOptions = {},
): Promise<Pipeline> {
  const url = databaseUrl ?? (await createTestDatabase()).url;
  const redis = await createTestRedis();
  const variables = {
    DATABASE_URL: url,
    REDIS_URL: redis.url,
    ...environmentOf(simulator),
    ...IMPATIENT,
    ...env,
  };
  const [producer, writer, fetching, boardService] = await Promise.all([
    startService('producer', variables),
    startService('writer', variables),
    Promise.all(Array.from({ length: fetchers }, () => startService('fetcher', variables))),
    board ? startService('board', variables) : undefined,
  ]);
  const database = connectDatabase(url, { applicationName: 'test', maxConnections: 2 });
  closeAtEnd('connections of the test', () => database.destroy());

  const isComplete = async () =>
    (await findScan(database, 'discovery')) !== undefined && (await isSettled(database));
  const expectWithin = async (timeoutMs: number, what: string, isTrue: () => Promise<boolean>) => {
    if (await waitUntil(isTrue, timeoutMs)) return;
    const counts = JSON.stringify(await countLedger(database));
    const last = [producer, writer, ...fetching].flatMap((service) => service.lines.slice(-5)).join('\n');
    throw new Error(`not ${what} after ${timeoutMs} ms: ${counts}\n${last}`);
  };
  const settled = (timeoutMs: number) => expectWithin(timeoutMs, 'settled', isComplete);
  const isFollowed = async () => (await findCursor(database)) === simulator.currentChangeNumber;
  return {
    database,
    redis,
    env: variables,
    services: { producer, writer, fetchers: fetching, board: boardService },
    settled,
    caughtUp: async (timeoutMs) => {
      await expectWithin(timeoutMs, 'at the newest change', isFollowed);
      await settled(timeoutMs);
    },
    stop: () =>
      Promise.all(
        [producer, writer, ...fetching, ...(boardService ? [boardService] : [])].map((service) =>
          service.stop(),
        ),
      ),
  };
}
