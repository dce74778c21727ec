import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { connectionSettings, requireSessions } from './connection-settings.ts';

/** Being the one process that does something, until it is released or lost. */
export interface Leadership {
  /** Resolves, with the reason, when leadership is lost without having been released; never otherwise. */
  readonly lost: Promise<Error>;
  /** Gives leadership up; the next one in line has it within a second. */
  release(): Promise<void>;
}

/** How often one that waits asks again: what a takeover takes at most once the leader's connection is gone. */
const RETRY_MS = 500;

/** How often the leader makes sure that it still leads, and how long an answer may take. */
const HEARTBEAT_MS = 2_000;
const HEARTBEAT_TIMEOUT_MS = 5_000;

/**
 * Lets the server notice within 10 seconds that the leader's machine is gone. A process that dies closes its connection,
 * and the lock is free at once; a machine or a network that vanishes says nothing.
 */
const SERVER_KEEPALIVE =
  'set tcp_keepalives_idle = 4; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3; set statement_timeout = 0';

/**
 * Waits until this process leads under `name`, and holds the lead on a connection of its own.
 *
 * It is a session's advisory lock in Postgres: one holder per database and name, gone with its connection, so that nobody
 * has to decide by the clock whether a leader is dead.
 *
 * @throws the signal's reason when it is aborted while waiting; the connection's error when the database is unavailable;
 * Error when the URL leads to a transaction pooler, where sessions mean nothing.
 */
export async function acquireLeadership(
  url: string,
  name: string,
  signal?: AbortSignal,
): Promise<Leadership> {
  requireSessions(url, 'Leading');
  signal?.throwIfAborted();
  const client = new Client(connectionSettings(url, name));
  const broken = new Promise<Error>((resolve) => {
    client.on('error', resolve);
    client.on('end', () => resolve(new Error('Connection terminated')));
  });
  try {
    await client.connect();
    await client.query(SERVER_KEEPALIVE);
    while (!(await tryLock(client, name))) await sleep(RETRY_MS, undefined, signal && { signal });
  } catch (error) {
    await end(client);
    throw error;
  }

  const released = new AbortController();
  const silent = keepAsking(client, released.signal);
  const lost = Promise.race([broken, silent]).then(async (error) => {
    // Never resolves once released: leadership was not lost then.
    if (released.signal.aborted) return new Promise<never>(() => {});
    await end(client);
    return error;
  });
  return {
    lost,
    release: async () => {
      released.abort();
      await end(client);
    },
  };
}

async function tryLock(client: Client, name: string): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    'select pg_try_advisory_lock(hashtextextended($1, 0)) as locked',
    [name],
  );
  return rows[0]?.locked ?? false;
}

/** Asks the server for a sign of life until it gives none, and resolves with the reason. */
async function keepAsking(client: Client, released: AbortSignal): Promise<Error> {
  try {
    for (;;) {
      await sleep(HEARTBEAT_MS, undefined, { signal: released });
      const deadline = AbortSignal.any([released, AbortSignal.timeout(HEARTBEAT_TIMEOUT_MS)]);
      await Promise.race([client.query('select 1'), aborted(deadline)]);
    }
  } catch (error) {
    return error instanceof Error ? error : new Error('Connection terminated');
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('Connection terminated: no answer')), {
      once: true,
    });
  });
}

/** Ends the connection; one whose other end is gone would wait for minutes, so it gets a second. */
async function end(client: Client): Promise<void> {
  await Promise.race([client.end().catch(() => {}), sleep(1_000, undefined, { ref: false })]);
}
