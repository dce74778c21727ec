import { join } from 'node:path';
import { supervise } from '../processes/supervise.ts';
import type { LocalServer, LocalServerOptions } from '../servers/local-server.ts';
import { startPostgres } from '../servers/postgres.ts';
import { startRedis } from '../servers/redis.ts';
import type { FolderContext } from './context.ts';

export interface ServerUrls {
  databaseUrl: string;
  redisUrl: string;
}

/** Starts Postgres and Redis in the data folder, except those of the user's own, and keeps them running. */
export async function startServers(own: Partial<ServerUrls>, context: FolderContext): Promise<ServerUrls> {
  // Postgres first: what is started first is stopped last.
  const databaseUrl = own.databaseUrl ?? (await keepRunning('postgres', startPostgres, context));
  const redisUrl = own.redisUrl ?? (await keepRunning('redis', startRedis, context));
  return { databaseUrl, redisUrl };
}

async function keepRunning(
  name: string,
  start: (options: LocalServerOptions) => Promise<LocalServer>,
  { folder, terminal, cleanup, giveUp }: FolderContext,
): Promise<string> {
  const files = { dataDir: join(folder, name), logFile: join(folder, 'logs', `${name}.log`) };
  let url = '';
  const supervised = await supervise({
    start: async () => {
      // After a restart it must have the URL that the services know.
      const server = await start({ ...files, ...(url && { port: Number(new URL(url).port) }) });
      url = server.url;
      return server;
    },
    onExit: (exitCode) => terminal.say(`${name}: exited with code ${exitCode}, restarting`),
    onGivenUp: (reason) => giveUp(`${name} does not stay up: ${reason}. Its log is ${files.logFile}`),
  });
  cleanup.add({ stop: () => supervised.stop() }); // To kill it would save no time and cost a recovery.
  return url;
}
