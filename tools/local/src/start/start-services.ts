import { join } from 'node:path';
import { z } from 'zod';
import { findFreePort } from '../processes/free-port.ts';
import { describeLogLine } from './describe-log-line.ts';
import { openServiceLog } from './service-log.ts';
import { startProgram } from './start-program.ts';
import type { ServerUrls } from './start-servers.ts';
import { supervise } from '../processes/supervise.ts';
import type { FolderContext } from './up-context.ts';

/** Where the board is unless the user says otherwise, or somebody else is there. */
const BOARD_PORT = 3000;

export interface ServicesOptions extends ServerUrls {
  fetchers: number;
  boardPort: number | undefined;
  /** The user's settings, and what leads to Steam or the simulator. */
  env: Record<string, string>;
  /** Shows what they log. */
  verbose: boolean;
}

export interface RunningServices {
  boardUrl: string;
  /** Why the producer does not follow the change feed, in words; undefined while it does. */
  findBlocker: () => Promise<string | undefined>;
}

/**
 * Starts the services as processes of their own and keeps them running: board and writer first and the producer last, so
 * that, stopped in reverse, each that drains still has behind it whom it hands its work to.
 */
export async function startServices(
  options: ServicesOptions,
  context: FolderContext,
): Promise<RunningServices> {
  const { fetchers, redisUrl, databaseUrl, verbose } = options;
  const { DATABASE_URL: _, ...env } = options.env;
  const forFetchers = { ...env, REDIS_URL: redisUrl };
  const forOthers = { ...forFetchers, DATABASE_URL: databaseUrl };

  const boardPort = await findFreePort(options.boardPort ?? BOARD_PORT);
  await keepRunning({ name: 'board', env: forOthers, verbose, findPort: async () => boardPort }, context);
  await keepRunning({ name: 'writer', env: forOthers, verbose }, context);
  for (let number = 1; number <= fetchers; number += 1) {
    await keepRunning({ name: 'fetcher', env: forFetchers, verbose, number }, context);
  }
  let producerPort = 0;
  const findPort = async () => (producerPort = await findFreePort());
  await keepRunning({ name: 'producer', env: forOthers, verbose, findPort }, context);

  return {
    boardUrl: `http://127.0.0.1:${boardPort}`,
    findBlocker: () => findBlocker(`http://127.0.0.1:${producerPort}/readyz`),
  };
}

const readinessSchema = z.object({ reason: z.string().optional() });

async function findBlocker(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(url);
    return readinessSchema.parse(await answer.json()).reason;
  } catch {
    return 'the producer is starting';
  }
}

interface ServiceDefinition {
  name: string;
  /** Tells several of the same name apart. */
  number?: number;
  env: Record<string, string>;
  verbose: boolean;
  findPort?: () => Promise<number>;
}

async function keepRunning(
  { name, number = 1, env, verbose, findPort = findFreePort }: ServiceDefinition,
  { folder, terminal, cleanup, giveUp }: FolderContext,
): Promise<void> {
  const title = number === 1 ? name : `${name}-${number}`;
  const say = (text: string) => terminal.say(`${title}: ${text}`);
  const log = openServiceLog(
    join(folder, 'logs', `${title}.log`),
    (line) => verbose && say(describeLogLine(line)),
  );
  cleanup.add({ stop: () => log.close() });
  const supervised = await supervise({
    start: async () => {
      const service = startProgram(`apps/${name}`, [], { ...env, PORT: String(await findPort()) });
      log.follow([service.child.stdout, service.child.stderr]);
      return service;
    },
    onDeath: (exitCode, pauseMs) =>
      say(`ended with code ${exitCode}, starting it again in ${pauseMs / 1000} s`),
    onGivenUp: (reason) => {
      const lines = log.lastLines.map((line) => `  ${describeLogLine(line)}`).join('\n');
      giveUp(`${title} does not stay up: ${reason}. Its log ${log.file} ends with:\n${lines}`);
    },
  });
  cleanup.add(supervised);
}
