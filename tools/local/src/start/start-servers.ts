import { join } from 'node:path';
import type { LocalServer, LocalServerOptions } from '../servers/local-server.ts';
import { startPostgres } from '../servers/postgres.ts';
import { startRedis } from '../servers/redis.ts';
import { supervise } from '../processes/supervise.ts';
import type { FolderContext } from './up-context.ts';

/** URLs of servers; of the user's own, those he has. */
export interface ServerUrls {
  databaseUrl: string;
  redisUrl: string;
}

/** Starts Postgres and Redis on the data folder, as far as the user has none, and keeps them running. */
export async function startServers(own: Partial<ServerUrls>, context: FolderContext): Promise<ServerUrls> {
  // Postgres first: what is started first is stopped last.
  const databaseUrl = own.databaseUrl ?? (await keepRunning('postgres', startPostgres, context));
  const redisUrl = own.redisUrl ?? (await keepRunning('redis', startRedis, context));
  return { databaseUrl, redisUrl };
}

async function keepRunning(
  name: string,
  launch: (options: LocalServerOptions) => Promise<LocalServer>,
  { folder, terminal, cleanup, giveUp }: FolderContext,
): Promise<string> {
  const files = { dataDir: join(folder, name), logFile: join(folder, 'logs', `${name}.log`) };
  let url = '';
  const supervised = await supervise({
    start: async () => {
      // Started again it must be where everybody looks for it.
      const server = await launch({ ...files, ...(url && { port: Number(new URL(url).port) }) });
      url = server.url;
      return server;
    },
    onDeath: (exitCode) => terminal.say(`${name}: ended with code ${exitCode}, starting it again`),
    onGivenUp: (reason) => giveUp(`${name} does not stay up: ${reason}. Its log is ${files.logFile}`),
  });
  cleanup.add({ stop: () => supervised.stop() }); // Killing them would save no time and cost a recovery.
  return url;
}
