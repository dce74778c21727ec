import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writeConnection, type Connection } from './connection-file.ts';
import { findFreePort } from '../processes/free-port.ts';
import { startChildProcess, type ChildCommand, type RunningProcess } from '../processes/child-process.ts';
import { UserError } from '@pics/core';
import { waitUntil } from '../processes/wait-until.ts';

/** Redis reads its append-only file and Postgres replays its log before they answer: minutes after a crash, at worst. */
const START_TIMEOUT_MS = 120_000;
const ATTEMPTS = 6;
const PAUSE_MS = 200;

/** Somebody took the port between our look and the server's; or the last of a killed Postgres still hold its memory. */
const PASSING =
  /Address already in use|could not create any TCP\/IP sockets|pre-existing shared memory block/;

export interface Launch {
  title: string;
  connection: Connection;
  connectionFile: string;
  logFile: string;
  /** Insists on this port. */
  port: number | undefined;
  command: (port: number) => Omit<ChildCommand, 'output'>;
  isReady: (server: RunningProcess, port: number) => boolean | Promise<boolean>;
}

/**
 * Starts a server on the port it last had, or on a free one, remembers that port, and resolves when it is ready.
 * What may pass by itself is tried again; anything else throws UserError with the end of the server's log.
 */
export async function launchServer(launch: Launch): Promise<{ server: RunningProcess; port: number }> {
  const { title, connection, logFile } = launch;
  mkdirSync(dirname(logFile), { recursive: true });
  for (let attempt = 1; ; attempt++) {
    const port = launch.port ?? (await findFreePort(attempt === 1 ? connection.port : undefined));
    const log = openSync(logFile, 'a', 0o600);
    const logStart = statSync(logFile).size;
    let server: RunningProcess;
    try {
      server = startChildProcess({ ...launch.command(port), output: log });
    } finally {
      closeSync(log);
    }
    const ready = () => launch.isReady(server, port);
    if (await waitUntil(ready, START_TIMEOUT_MS, { canStillCome: () => server.isRunning() })) {
      writeConnection(launch.connectionFile, { ...connection, port });
      return { server, port };
    }
    await server.kill();
    const said = readFileSync(logFile).subarray(logStart).toString().trim();
    if (!PASSING.test(said) || attempt === ATTEMPTS) {
      const lastLines = said.split('\n').slice(-12).join('\n');
      throw new UserError(`${title} did not start; its log ${logFile} ends with:\n${lastLines}`);
    }
    await delay(PAUSE_MS * attempt);
  }
}
