import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { UserError } from '@pics/core';
import { waitUntil } from '../processes/wait-until.ts';
import { launchServer, readConnection } from './local-server.ts';
import type { Connection, LocalServer, LocalServerOptions } from './local-server.ts';
import { findRedisProgram } from './redis-program.ts';

/** Everything in memory is in the append-only file already, except the last second. */
const GRACE_MS = 20_000;

export interface RedisOptions extends LocalServerOptions {
  /** How many logical databases it has; Redis' own default is 16. */
  databases?: number;
  /** More lines of its configuration. */
  settings?: readonly string[];
}

/**
 * Starts the Redis whose data is in `dataDir` and resolves when it is ready. Redis is installed if there is none.
 *
 * @throws UserError when Redis cannot be installed, or does not start; with the last lines of its log.
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
 * The password is in a file because every user of the machine can read command lines.
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
    ...(options.settings ?? []),
    '',
  ].join('\n');
}

/** Only the right server accepts the password; one that is still loading its data responds too, but with an error. */
async function isReady(connection: Connection): Promise<boolean> {
  return (await sendCommand(connection, 'PING')) === '+PONG';
}

/** Stops a server that outlived its start and its watchdog: it still accepts our password on the port it last had. */
async function stopLeftover(connection: Connection): Promise<void> {
  if (!(await isReady(connection))) return;
  await sendCommand(connection, 'SHUTDOWN');
  if (!(await waitUntil(async () => !(await isReady(connection)), GRACE_MS))) {
    throw new UserError(
      `Another Redis still runs on port ${connection.port} with the same data and does not stop: stop it yourself.`,
    );
  }
}

/** The server is on loopback: if it has not responded by then, it is busy, or it is another program. */
const RESPONSE_TIMEOUT_MS = 500;

/**
 * Sends one command to a Redis on loopback and resolves with the first line of the reply; with undefined when nothing
 * there accepts the password. A check needs none of a client's reconnects and retries.
 */
export function sendCommand(
  connection: Connection,
  command: 'PING' | 'SHUTDOWN',
): Promise<string | undefined> {
  const { port, password } = connection;
  if (port === undefined) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: RESPONSE_TIMEOUT_MS });
    let received = '';
    const settle = () => {
      socket.destroy();
      const [login, reply] = received.split('\r\n');
      resolve(login === '+OK' && reply ? reply : undefined);
    };
    socket.on('connect', () => socket.write(`AUTH ${password}\r\n${command}\r\n`));
    socket.on('data', (chunk) => {
      received += chunk.toString();
      if (received.split('\r\n').length > 2) settle();
    });
    socket.on('error', settle).on('timeout', settle).on('close', settle);
  });
}
