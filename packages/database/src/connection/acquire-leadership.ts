import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Client } from 'pg';
import type { Database } from './connect-database.ts';
import { connectionSettings } from './connection-settings.ts';
import { DeadlineClient } from './deadline-client.ts';
import { requireSession } from './transaction-pooler.ts';

/** Being the one process that leads, until it is released or lost. */
export interface Leadership {
  /** Resolves, with the reason, when leadership is lost without having been released; never otherwise. */
  readonly lost: Promise<Error>;
  /** Gives leadership up; the next one in line has it within a second. */
  release(): Promise<void>;
}

/** How often a waiting process tries again: the longest a takeover takes once the leader's connection is closed. */
const RETRY_MS = 500;

/** How often the leader checks that it still leads. */
const HEARTBEAT_MS = 2_000;

/** How long the connection of the leader may be silent. With the heartbeat, a leader without a session stops within 7 s. */
const DEADLINE_MS = 5_000;

/**
 * Lets the server free the lock 10 seconds after the last sign of life of the leader. A process that dies closes its
 * connection, and the lock is free at once. A machine or a network that vanishes says nothing, and a proxy that hangs keeps
 * the connection open at the server's end.
 */
const SERVER_SETTINGS = 'set idle_session_timeout = 10000; set statement_timeout = 0';

/**
 * Waits until this process leads under `name`, and holds the lead on a separate connection.
 *
 * It is a session's advisory lock in Postgres: one holder per database and name, gone with its connection, so that no process
 * has to decide by the clock whether a leader is dead.
 *
 * @throws the signal's reason when it is aborted while waiting; the connection's error when the database is unavailable;
 * UserError when the URL leads to a transaction pooler, where sessions mean nothing.
 */
export async function acquireLeadership(
  url: string,
  name: string,
  signal?: AbortSignal,
): Promise<Leadership> {
  signal?.throwIfAborted();
  const client: Client = new DeadlineClient({ ...connectionSettings(url, name), deadlineMs: DEADLINE_MS });
  const broken = new Promise<Error>((resolve) => {
    client.on('error', resolve);
    client.on('end', () => resolve(new Error('Connection terminated')));
  });
  try {
    await client.connect();
    await requireSession(url, 'Leading', client);
    await client.query(SERVER_SETTINGS);
    while (!(await tryLock(client, name))) await sleep(RETRY_MS, undefined, signal && { signal });
  } catch (error) {
    await client.end();
    throw error;
  }

  const released = new AbortController();
  const silent = keepAsking(client, released.signal);
  const lost = Promise.race([broken, silent]).then(async (error) => {
    // Never resolves once released: leadership was not lost then.
    if (released.signal.aborted) return new Promise<never>(() => {});
    await client.end();
    return error;
  });
  return {
    lost,
    release: async () => {
      released.abort();
      await client.end();
    },
  };
}

/** Whether some process leads under `name` right now. */
export async function hasLeader(db: Database, name: string): Promise<boolean> {
  const { rows } = await sql<{ isLed: boolean }>`
    select exists (
      select from pg_locks
      where locktype = 'advisory' and granted and objsubid = 1
        and database = (select oid from pg_database where datname = current_database())
        and (classid::bigint << 32) | objid::bigint = hashtextextended(${name}, 0)
    ) as is_led
  `.execute(db);
  return rows[0]?.isLed ?? false;
}

async function tryLock(client: Client, name: string): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    'select pg_try_advisory_lock(hashtextextended($1, 0)) as locked',
    [name],
  );
  return rows[0]?.locked ?? false;
}

/** Queries the server until it does not respond, and resolves with the reason. */
async function keepAsking(client: Client, released: AbortSignal): Promise<Error> {
  try {
    for (;;) {
      await sleep(HEARTBEAT_MS, undefined, { signal: released });
      await client.query('select 1');
    }
  } catch (error) {
    return error instanceof Error ? error : new Error('Connection terminated');
  }
}
