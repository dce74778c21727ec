import { join } from 'node:path';
import { readLogLine } from '@pics/operations';
import getPort from 'get-port';
import { z } from 'zod';
import { startProgram } from '../processes/start-program.ts';
import { supervise } from '../processes/supervise.ts';
import type { FolderContext } from './context.ts';
import { addDetail, openServiceLog, type ServiceLog } from './service-log.ts';
import type { ServerUrls } from './start-servers.ts';

export interface ServicesOptions extends ServerUrls {
  fetchers: number;
  boardPort: number;
  /** The settings of the user, and the address of Steam or the simulator. */
  env: Record<string, string>;
  /** Shows the logs of the services. */
  verbose: boolean;
}

export interface RunningServices {
  boardUrl: string;
  /** Why the producer does not follow the change feed; undefined while it does. */
  findBlocker: () => Promise<string | undefined>;
}

/**
 * Starts the services as child processes and keeps them running: board and writer first and the producer last, so that
 * they stop in the reverse order, and each can still pass its work on while it drains.
 */
export async function startServices(
  options: ServicesOptions,
  context: FolderContext,
): Promise<RunningServices> {
  const { fetchers, redisUrl, databaseUrl, boardPort, verbose } = options;
  const { DATABASE_URL: _, ...env } = options.env;
  const fetcherEnv = { ...env, REDIS_URL: redisUrl };
  const serviceEnv = { ...fetcherEnv, DATABASE_URL: databaseUrl };

  await keepRunning({ name: 'board', env: serviceEnv, verbose, findPort: async () => boardPort }, context);
  await keepRunning({ name: 'writer', env: serviceEnv, verbose }, context);
  for (let number = 1; number <= fetchers; number += 1) {
    await keepRunning({ name: 'fetcher', env: fetcherEnv, verbose, number }, context);
  }
  let producerPort = 0;
  const findPort = async () => (producerPort = await getPort());
  const producer = await keepRunning({ name: 'producer', env: serviceEnv, verbose, findPort }, context);

  return {
    boardUrl: `http://127.0.0.1:${boardPort}`,
    findBlocker: () => findBlocker(`http://127.0.0.1:${producerPort}/readyz`, producer.lastReason),
  };
}

const readinessSchema = z.object({ reason: z.string().optional() });

/**
 * Why a service is not ready. Its page shows the general reason only, since everybody can read it; its log has the rest: which
 * server, and its error.
 */
async function findBlocker(url: string, logged: string | undefined): Promise<string | undefined> {
  try {
    const response = await fetch(url);
    const { reason } = readinessSchema.parse(await response.json());
    return reason && addDetail(reason, logged);
  } catch {
    return 'the producer is starting';
  }
}

interface ServiceDefinition {
  name: string;
  /** Distinguishes several services of the same name. */
  number?: number;
  env: Record<string, string>;
  verbose: boolean;
  findPort?: () => Promise<number>;
}

async function keepRunning(
  { name, number = 1, env, verbose, findPort = getPort }: ServiceDefinition,
  { folder, terminal, cleanup, giveUp }: FolderContext,
): Promise<ServiceLog> {
  const title = number === 1 ? name : `${name}-${number}`;
  const say = (text: string) => terminal.say(`${title}: ${text}`);
  const log = openServiceLog(
    join(folder, 'logs', `${title}.log`),
    (line) => verbose && say(readLogLine(line).text),
  );
  cleanup.add({ stop: () => log.close() });
  const supervised = await supervise({
    start: async () => {
      const service = startProgram(`apps/${name}`, [], { ...env, PORT: String(await findPort()) });
      log.follow([service.child.stdout, service.child.stderr]);
      return service;
    },
    onExit: (exitCode, pauseMs) => say(`exited with code ${exitCode}, restarting in ${pauseMs / 1_000} s`),
    onGivenUp: (reason) => {
      const lines = log.lastLines.map((line) => `  ${readLogLine(line).text}`).join('\n');
      giveUp(`${title} does not stay up: ${reason}. Its log ${log.file} ends with:\n${lines}`);
    },
  });
  cleanup.add(supervised);
  return log;
}
