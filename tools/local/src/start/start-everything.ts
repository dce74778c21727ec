import { join } from 'node:path';
import { UserError } from '@pics/core';
import { connectDatabase, findCursor, markWanted, migrateToLatest } from '@pics/database';
import type { Database, Source } from '@pics/database';
import { findSteamBlocker, getDataFolder, type InstanceUrls } from '@pics/operations';
import { environment, parseSettings } from '@pics/service';
import { chooseBoardPort } from './choose-board-port.ts';
import { chooseSource, claimDatabase, refuseMixing } from './choose-source.ts';
import { openQueues, type Queues } from '@pics/queue';
import type { StartContext, StartOptions } from './context.ts';
import { claimInstance } from './instance.ts';
import { limitLogs } from './limit-logs.ts';
import { nameFolder } from './name-folder.ts';
import { startServers } from './start-servers.ts';
import { startServices, type RunningServices } from './start-services.ts';
import { startSimulator } from './start-simulator.ts';

/** As long as people wait without wondering; Steam responds within a second or not at all. */
const STEAM_TIMEOUT_MS = 10_000;

/** The whole pipeline, and connections to its servers. */
export interface RunningPipeline extends RunningServices {
  database: Database;
  queues: Queues;
}

/**
 * Starts the servers, migrates the database, starts the simulator if the apps come from it, and the services. If this
 * throws, everything that was started is on the cleanup stack.
 */
export async function startEverything(
  options: StartOptions,
  startContext: StartContext,
): Promise<RunningPipeline> {
  const { terminal, cleanup, signal } = startContext;
  const variables = environment();
  const settings = parseSettings(variables, []);
  const own = {
    ...(settings.DATABASE_URL && { databaseUrl: settings.DATABASE_URL }),
    ...(settings.REDIS_URL && { redisUrl: settings.REDIS_URL }),
  };
  const { source, notice } = await chooseSource({
    requested: options.source,
    ownServers: ['DATABASE_URL', 'REDIS_URL'].filter((name) => name in variables),
    findSteamBlocker: () => findSteamBlocker(STEAM_TIMEOUT_MS, settings.STEAM_CM_SERVERS),
  });
  if (notice) terminal.say(notice);
  signal.throwIfAborted();

  const folder = join(getDataFolder(variables), nameFolder(source, options, 'databaseUrl' in own));
  const context = { ...startContext, folder };
  const instance = claimInstance(folder);
  cleanup.add({ stop: async () => instance.release() });
  cleanup.add(limitLogs(join(folder, 'logs')));
  const boardPort = await chooseBoardPort(settings.PORT);
  if (boardPort.notice) terminal.say(boardPort.notice);
  const urls = await startServers(own, context);
  signal.throwIfAborted();

  const database = connectDatabase(urls.databaseUrl, { applicationName: 'pics-local', maxConnections: 2 });
  cleanup.add({ stop: () => database.destroy() });
  await explainFailure('used', () => refuseMixing(database, urls.redisUrl, source));
  await explainFailure('migrated', () =>
    migrateToLatest(urls.databaseUrl, {
      onWait: (holder) => terminal.say(`Migrating waits for a lock, held by ${holder}`),
      onNotice: (message) => terminal.say(message),
    }),
  );
  await claimDatabase(database, source);
  signal.throwIfAborted();

  // The producer follows changes here; `sync --all` is for marking everything as wanted at once.
  let env: Record<string, string> = { ...variables, MODE: 'change_monitor' };
  let published: Pick<InstanceUrls, 'simulator'> = {};
  if (source === 'simulator') {
    const { STEAM_WEB_API_KEY: _, ...withoutKey } = env; // With it the store's list would add real ids.
    const simulator = await startSimulator({ ...options, env: withoutKey }, context);
    const cursor = await findCursor(database);
    await simulator.catchUp(cursor ?? 0);
    // A recording holds some apps of Steam only: the gaps between their ids are larger than a scan looks across.
    if (options.catalog && !cursor) await markWanted(database, { appids: await simulator.listApps() });
    env = { ...withoutKey, ...simulator.clientEnv };
    published = { simulator: simulator.address };
  }
  signal.throwIfAborted();

  const { fetchers, verbose } = options;
  const services = await startServices(
    { ...urls, env, fetchers, boardPort: boardPort.port, verbose },
    context,
  );
  instance.publish({ ...urls, boardUrl: services.boardUrl, ...published });
  const target = 'databaseUrl' in own ? 'your Postgres' : folder;
  terminal.say(`${SOURCE_TITLES[source]} → ${target} · board ${services.boardUrl}`);
  const queues = openQueues(urls.redisUrl, () => {}); // Commands report what does not work.
  cleanup.add({ stop: () => queues.close() });
  return { ...services, database, queues };
}

/** @throws UserError with the message of Postgres or the migration; it contains neither URL nor password. */
async function explainFailure(done: 'used' | 'migrated', work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (cause instanceof UserError && done === 'used') throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`The database could not be ${done}: ${reason}`, { cause });
  }
}

const SOURCE_TITLES: Record<Source, string> = { steam: 'Steam', simulator: 'Simulator' };
