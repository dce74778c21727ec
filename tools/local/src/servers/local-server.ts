import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '@pics/core';
import getPort from 'get-port';
import { z } from 'zod';
import { startChildProcess, type ChildCommand, type RunningProcess } from '../processes/child-process.ts';
import { waitUntil } from '../processes/wait-until.ts';

/** A Postgres or Redis that runs on loopback. Its data survives a stop and is there at the next start. */
export interface LocalServer extends RunningProcess {
  /** The URL to connect to, password included. */
  readonly url: string;
}

export interface LocalServerOptions {
  /** The folder of its data. The caller owns it: a server left running there by a killed run is stopped. */
  dataDir: string;
  /** The log file, by default in its data folder. */
  logFile?: string;
  /** Requires this port; otherwise the port of the last start is used again, or a free one when that is taken. */
  port?: number;
  /** For data that need not outlive the run: no fsync, and the folder is removed if this process is killed. */
  temporary?: boolean;
}

const connectionSchema = z.object({
  port: z.int().min(1).max(65_535).optional(),
  password: z.string().min(16),
});
/** The password of a server and the port it last had. */
export type Connection = z.infer<typeof connectionSchema>;

/**
 * Reads the connection of a server from its file, or creates it with a random password.
 *
 * Loopback is open to every user of the machine, so both servers require a password, and only the owner can read the
 * file. The password is URL-safe, so it goes into connection URLs unchanged.
 */
export function readConnection(file: string): Connection {
  if (existsSync(file)) return connectionSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const connection = { password: randomBytes(24).toString('base64url') };
  writeConnection(file, connection);
  return connection;
}

function writeConnection(file: string, connection: Connection): void {
  writeFileSync(`${file}.new`, JSON.stringify(connection), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Redis reads its append-only file and Postgres replays its log before they are ready: minutes after a crash, at worst. */
const START_TIMEOUT_MS = 120_000;
const ATTEMPTS = 6;
const PAUSE_MS = 200;

/** Another process has the port, or the last processes of a killed Postgres still hold its memory. */
const TEMPORARY_FAILURE =
  /Address already in use|could not create any TCP\/IP sockets|pre-existing shared memory block/;

export interface Launch {
  title: string;
  connection: Connection;
  connectionFile: string;
  logFile: string;
  /** Requires this port. */
  port: number | undefined;
  command: (port: number) => Omit<ChildCommand, 'output'>;
  isReady: (server: RunningProcess, port: number) => boolean | Promise<boolean>;
}

/**
 * Starts a server on the port it last had, or on a free one when that is taken, remembers the port, and resolves when the
 * server is ready. Failures that may pass are retried; any other throws UserError with the end of the server's log.
 *
 * The last port is tried without a look at it first: get-port does not give a port twice within 15 seconds, and only
 * starting the server shows whether nobody else takes the port in between.
 */
export async function launchServer(launch: Launch): Promise<{ server: RunningProcess; port: number }> {
  const { title, connection, connectionFile, logFile } = launch;
  mkdirSync(dirname(logFile), { recursive: true });
  for (let attempt = 1; ; attempt++) {
    const port = launch.port ?? (attempt === 1 ? connection.port : undefined) ?? (await getPort());
    const log = openSync(logFile, 'a', 0o600);
    const logStart = statSync(logFile).size;
    let server: RunningProcess;
    try {
      server = startChildProcess({ ...launch.command(port), output: log });
    } finally {
      closeSync(log);
    }
    const ready = () => launch.isReady(server, port);
    if (await waitUntil(ready, START_TIMEOUT_MS, { isPossible: () => server.isRunning() })) {
      writeConnection(connectionFile, { ...connection, port });
      return { server, port };
    }
    await server.kill();
    const logged = readFileSync(logFile).subarray(logStart).toString().trim();
    if (!TEMPORARY_FAILURE.test(logged) || attempt === ATTEMPTS) {
      const lastLines = logged.split('\n').slice(-12).join('\n');
      throw new UserError(`${title} did not start; its log ${logFile} ends with:\n${lastLines}`);
    }
    await delay(PAUSE_MS * attempt);
  }
}
