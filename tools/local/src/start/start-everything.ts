import { join } from 'node:path';
import { connectDatabase, findCursor, migrateToLatest } from '@pics/database';
import type { Database, Source } from '@pics/database';
import { findSteamBlocker, getDataFolder, type InstanceUrls } from '@pics/operations';
import { environment, parseSettings } from '@pics/service';
import { UserError } from '@pics/core';
import { chooseSource } from './choose-source.ts';
import { claimServers } from './claim-servers.ts';
import { claimInstance } from './instance.ts';
import { startServers } from './start-servers.ts';
import { startServices, type RunningServices } from './start-services.ts';
import { startSimulator } from './start-simulator.ts';
import type { UpContext } from './up-context.ts';
import type { UpOptions } from './up-options.ts';

/** What a person waits for without wondering; Steam answers within a second or not at all. */
const STEAM_TIMEOUT_MS = 10_000;

/** The whole line under way. */
export interface RunningLine extends RunningServices {
  database: Database;
}

/**
 * Starts the servers, migrates the database, starts the simulator if that is where the apps come from, and the services.
 * Whatever was started when this throws is registered to be closed.
 */
export async function startEverything(options: UpOptions, upContext: UpContext): Promise<RunningLine> {
  const { terminal, cleanup, signal } = upContext;
  const variables = environment();
  const settings = parseSettings(variables, []);
  const own = {
    ...(settings.DATABASE_URL && { databaseUrl: settings.DATABASE_URL }),
    ...(settings.REDIS_URL && { redisUrl: settings.REDIS_URL }),
  };
  const { source, notice } = await chooseSource({
    asked: options.source,
    ownServers: ['DATABASE_URL', 'REDIS_URL'].filter((name) => name in variables),
    findSteamBlocker: () => findSteamBlocker(STEAM_TIMEOUT_MS, settings.STEAM_CM_SERVERS),
  });
  if (notice) terminal.say(notice);
  signal.throwIfAborted();

  const folder = join(getDataFolder(variables), nameFolder(source, options.apps, 'databaseUrl' in own));
  const context = { ...upContext, folder };
  const instance = claimInstance(folder);
  cleanup.add({ stop: async () => instance.release() });
  const urls = await startServers(own, context);
  signal.throwIfAborted();

  await migrateDatabase(urls.databaseUrl);
  const database = connectDatabase(urls.databaseUrl, { applicationName: 'pics-up', maxConnections: 2 });
  cleanup.add({ stop: () => database.destroy() });
  await claimServers(database, urls.redisUrl, source);
  signal.throwIfAborted();

  // This is the producer that follows; wanting everything at once is what `sync --all` is for.
  let env: Record<string, string> = { ...variables, MODE: 'change_monitor' };
  let published: Pick<InstanceUrls, 'simulator'> = {};
  if (source === 'simulator') {
    const { STEAM_WEB_API_KEY: _, ...withoutKey } = env; // With it the store's list would bring real ids.
    const { apps, once } = options;
    const changesPerMinute = once ? 0 : options.changesPerMinute; // What is to settle must hold still.
    const simulator = await startSimulator({ apps, changesPerMinute, env: withoutKey }, context);
    await simulator.catchUp((await findCursor(database)) ?? 0);
    env = { ...withoutKey, ...simulator.clientEnv };
    published = { simulator: simulator.address };
  }
  signal.throwIfAborted();

  const { fetchers, verbose } = options;
  const services = await startServices(
    { ...urls, env, fetchers, boardPort: settings.PORT, verbose },
    context,
  );
  instance.publish({ ...urls, boardUrl: services.boardUrl, ...published });
  const where = 'databaseUrl' in own ? 'your Postgres' : folder;
  terminal.say(`${SOURCE_TITLES[source]} → ${where} · board ${services.boardUrl}`);
  return { ...services, database };
}

/** @throws UserError with what Postgres, or the migration, says; it holds neither URL nor password. */
async function migrateDatabase(url: string): Promise<void> {
  try {
    await migrateToLatest(url);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`The database could not be migrated: ${reason}`, { cause });
  }
}

const SOURCE_TITLES: Record<Source, string> = { steam: 'Steam', simulator: 'Simulator' };

/** A folder for each place the data come from, so that no two of them ever share a server. */
function nameFolder(source: Source, apps: number, ownDatabase: boolean): string {
  if (source === 'simulator') return `simulated-${apps}`;
  return ownDatabase ? 'own-database' : 'steam';
}
