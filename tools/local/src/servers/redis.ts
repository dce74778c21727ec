import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConnection, type Connection } from './connection-file.ts';
import { launchServer } from './launch-server.ts';
import { UserError } from '@pics/core';
import type { LocalServer, LocalServerOptions } from './local-server.ts';
import { askRedis } from './redis-command.ts';
import { findRedisProgram } from './redis-program.ts';
import { waitUntil } from '../processes/wait-until.ts';

/** What is in memory is in the append-only file already, but for the last second. */
const GRACE_MS = 20_000;

export interface RedisOptions extends LocalServerOptions {
  /** How many logical databases it has; Redis' own default is 16. */
  databases?: number;
}

/**
 * Starts the Redis whose data lives in `dataDir` and resolves when it answers; it is brought to this machine if need be.
 *
 * @throws UserError when there is no Redis to be had, or it does not come up; with the last lines of its log.
 */
export async function startRedis(options: RedisOptions): Promise<LocalServer> {
  const { dataDir, logFile = join(dataDir, 'redis.log') } = options;
  const program = await findRedisProgram();
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const connectionFile = join(dataDir, 'connection.json');
  const connection = readConnection(connectionFile);
  await stopLeftover(connection);

  const configFile = join(dataDir, 'redis.conf');
  const { server, port } = await launchServer({
    title: 'Redis',
    connection,
    connectionFile,
    logFile,
    port: options.port,
    command: (port) => {
      writeFileSync(configFile, configure(options, connection.password, port), { mode: 0o600 });
      return {
        file: program.file,
        args: [configFile],
        env: program.env,
        stopSignal: 'SIGTERM',
        graceMs: GRACE_MS,
        ...(options.temporary && { removeWhenOrphaned: dataDir }),
      };
    },
    isReady: (_server, port) => isReady({ ...connection, port }),
  });
  return { ...server, url: `redis://:${connection.password}@127.0.0.1:${port}` };
}

/**
 * The password goes in by a file: command lines are open to every user of the machine.
 * `noeviction`, because evicting a key of a queue would break the queue; `everysec` loses a second at most, which the
 * ledger dispatches again.
 */
function configure(options: RedisOptions, password: string, port: number): string {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir ${JSON.stringify(options.dataDir)}`,
    `databases ${options.databases ?? 16}`,
    'maxmemory-policy noeviction',
    `appendonly ${options.temporary ? 'no' : 'yes'}`,
    'appendfsync everysec',
    'save ""',
    'daemonize no',
    '',
  ].join('\n');
}

/** Only the right server has the right password; one that still loads its data answers too, but with an error. */
async function isReady(connection: Connection): Promise<boolean> {
  return (await askRedis(connection, 'PING')) === '+PONG';
}

/** A server that outlived its start together with its guard still answers to our password, on the port it last had. */
async function stopLeftover(connection: Connection): Promise<void> {
  if (!(await isReady(connection))) return;
  await askRedis(connection, 'SHUTDOWN');
  if (!(await waitUntil(async () => !(await isReady(connection)), GRACE_MS))) {
    throw new UserError(
      `Another Redis still runs on port ${connection.port} with the same data and does not stop: end it.`,
    );
  }
}
