import { connectDatabase, type Database } from '@pics/database';
import type { Simulator } from '@pics/simulator';
import { Client } from 'pg';
import { closeAtEnd } from '../support/cleanup.ts';
import { createTestPostgres } from '../support/postgres.ts';
import { startService, type TestService } from '../support/processes.ts';
import { createTestRedis } from '../support/redis.ts';
import type { TestServer } from '../support/servers.ts';
import { startSilentProxy, type SilentProxy } from '../support/silent-proxy.ts';
import { recordStoredStates } from '../support/history/stored-states.ts';
import { watchTexts, type ShownTexts } from '../support/history/shown-texts.ts';
import { environmentOf, startTestSimulator } from '../support/simulator.ts';

/** The fleet's budget in a round, in requests a second. */
export const RATE = 20;

export type ServiceName = `producer-${number}` | 'writer' | `fetcher-${number}`;

/** Everything that a round can break: real servers, the simulator, and each service in its own process. */
export interface World {
  simulator: Simulator;
  postgres: TestServer;
  redis: TestServer;
  /** Every text that the simulator has shown. */
  shownTexts: ShownTexts;
  /** What the services connect to. */
  proxies: Record<'Postgres' | 'Redis' | 'Steam', SilentProxy>;
  /** Whether connections fell silent in this round: a service that ends while one is silent cuts it, and exits with 1. */
  fellSilent: boolean;
  /** Direct, without a proxy. */
  database: Database;
  services: Map<ServiceName, TestService>;
  /** In half of the rounds there are two: one of them stands by. */
  producers: ServiceName[];
  fetchers: ServiceName[];
  /** Processes that exited without being stopped, with their last lines. */
  deaths: string[];
  /** Starts a service that was stopped. */
  start(name: ServiceName): Promise<void>;
  /** Kills a service with SIGKILL. */
  kill(name: ServiceName): Promise<void>;
  /** Stops a service with SIGTERM and returns its exit code. */
  stop(name: ServiceName): Promise<number>;
}

/** Starts a new world with its own catalogue and a running pipeline. */
export async function createWorld(seed: number): Promise<World> {
  const [postgres, redis, simulator] = await Promise.all([
    createTestPostgres(),
    createTestRedis(),
    startTestSimulator({ apps: 300, seed, tokenApps: 0.1, grantedTokens: 0.5 }),
  ]);
  const database = connectDatabase(postgres.url, { applicationName: 'test', maxConnections: 2 });
  closeAtEnd('connections of the round', () => database.destroy());
  await forbidSteppingBack(postgres.url);
  await recordStoredStates(postgres.url);

  const { STEAM_CM_SERVERS, ...trust } = environmentOf(simulator);
  const [toPostgres, toRedis, toSteam] = await Promise.all([
    startSilentProxy(postgres.url),
    startSilentProxy(redis.url),
    startSilentProxy(`https://${STEAM_CM_SERVERS}`),
  ]);
  const env = {
    ...trust,
    DATABASE_URL: toPostgres.url,
    REDIS_URL: toRedis.url,
    STEAM_CM_SERVERS: new URL(toSteam.url).host,
    POLL_INTERVAL_MS: '200',
    FETCH_BATCH_SIZE: '20',
    FETCH_RATE_PER_SECOND: String(RATE),
    SCAN_BATCH_SIZE: '500',
    STEAM_REQUEST_TIMEOUT_MS: '1500',
    DRAIN_TIMEOUT_MS: '10000',
    SWEEP_INTERVAL_MS: '5000',
  };
  const producers: ServiceName[] = seed % 4 < 2 ? ['producer-1'] : ['producer-1', 'producer-2'];
  const fetchers: ServiceName[] =
    seed % 2 === 0 ? ['fetcher-1', 'fetcher-2'] : ['fetcher-1', 'fetcher-2', 'fetcher-3'];
  const stopped = new WeakSet<TestService>();
  const services = new Map<ServiceName, TestService>();
  const deaths: string[] = [];
  const find = (name: ServiceName): TestService => {
    const service = services.get(name);
    if (!service) throw new Error(`${name} was never started`);
    return service;
  };

  const world: World = {
    simulator,
    postgres,
    redis,
    shownTexts: watchTexts(simulator),
    proxies: { Postgres: toPostgres, Redis: toRedis, Steam: toSteam },
    fellSilent: false,
    database,
    services,
    producers,
    fetchers,
    deaths,
    start: async (name) => {
      const service = await startService(name.replace(/-\d+$/, ''), env, 'alive');
      services.set(name, service);
      const watch = async () => {
        const code = await service.exited;
        if (stopped.has(service)) return;
        deaths.push(`${name} exited with ${code}:\n${service.lines.slice(-5).join('\n')}`);
      };
      void watch();
    },
    kill: async (name) => {
      const service = find(name);
      stopped.add(service);
      await service.kill();
    },
    stop: (name) => {
      const service = find(name);
      stopped.add(service);
      return service.stop();
    },
  };
  for (const name of [...producers, 'writer', ...fetchers] as const) await world.start(name);
  return world;
}

/** Adds a trigger that rejects every update of an app to an older change number. */
async function forbidSteppingBack(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`
    create function forbid_stepping_back() returns trigger language plpgsql as $$
    begin
      raise exception 'app % steps back from change % to %', old.id, old.stored_change_number, new.stored_change_number;
    end $$;
    create trigger forbid_stepping_back before update on pics_app_ledger for each row
    when (old.stored_change_number is not null and new.stored_change_number is null
      or new.stored_change_number < old.stored_change_number)
    execute function forbid_stepping_back()`);
  await client.end();
}
