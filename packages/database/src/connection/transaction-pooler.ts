import { UserError } from '@pics/core';
import type { ClientBase } from 'pg';
import { connectionSettings } from './connection-settings.ts';
import { DeadlineClient } from './deadline-client.ts';
import { isDatabaseUnavailable } from './is-database-unavailable.ts';

/** How long each statement of the trial may take. */
const DEADLINE_MS = 5_000;

/** How long the second connection may wait for a backend that the first one has, before the first gives it up. */
const SHARED_BACKEND_MS = 1_000;

/**
 * Whether this connection leads to a pooler that gives each transaction another connection to Postgres, found out by trying.
 * Locks and settings of a session mean nothing there.
 *
 * A server that names itself as the backend is no pooler. Otherwise this connection and a second one run transactions in
 * turns. A pooler that nobody else uses gives a lone client the same backend again and again, but two that end their
 * transactions in changing order soon get each other's, and where there is a single backend they get the same one.
 *
 * @param url leads to the same server, for the second connection.
 * @param client a connection on which nothing is under way.
 */
export async function isTransactionPooler(url: string, client: ClientBase): Promise<boolean> {
  if (await isBackendItself(client)) return false;
  const second = new DeadlineClient({ ...connectionSettings(url, 'pics-trial'), deadlineMs: DEADLINE_MS });
  second.on('error', () => {}); // The statement under way has its own.
  try {
    await second.connect();
    return await getEachOthersBackend(client, second);
  } catch (error) {
    if (error instanceof Error && /statement pooling/.test(error.message)) return true; // PgBouncer ended the transaction.
    // A pooler that has no second connection to give has sessions, and its last place is ours already.
    if (isDatabaseUnavailable(error)) return false;
    throw error;
  } finally {
    await second.end();
  }
}

/**
 * Passes when this URL gives sessions of one's own.
 *
 * @throws UserError with what to do instead, when it does not; what keeps one from connecting, as pg says it.
 */
export async function requireSessions(url: string, purpose: string): Promise<void> {
  const client = new DeadlineClient({ ...connectionSettings(url, 'pics-trial'), deadlineMs: DEADLINE_MS });
  client.on('error', () => {});
  try {
    await client.connect();
    await requireSession(url, purpose, client);
  } finally {
    await client.end();
  }
}

/** The same for a connection that is there already, on which nothing is under way. */
export async function requireSession(url: string, purpose: string, client: ClientBase): Promise<void> {
  if (!(await isTransactionPooler(url, client))) return;
  throw new UserError(
    `${purpose} needs a session of its own, and DATABASE_URL leads to ${TRANSACTION_POOLER}`,
  );
}

/** What it is and what to use instead. */
const TRANSACTION_POOLER =
  'a transaction pooler, which gives each transaction another connection: ' +
  'use the session pooler or the database itself (at Supabase, port 5432 instead of 6543)';

/** Whether the other end is the backend that runs the statements, and not a pooler in front of it. */
async function isBackendItself(client: ClientBase): Promise<boolean> {
  return (await backendOf(client)) === Reflect.get(client, 'processID');
}

async function getEachOthersBackend(first: ClientBase, second: ClientBase): Promise<boolean> {
  const backends = [new Set<number>(), new Set<number>()] as const;
  // Whether the pooler gives out the connection that was free the longest or the shortest, one of these orders swaps them.
  for (const ending of [
    [first, second],
    [second, first],
    [first, second],
  ]) {
    await first.query('begin');
    const held = await backendOf(first);
    backends[0].add(held);
    const following = second.query('begin').then(() => backendOf(second));
    const got = await within(following, SHARED_BACKEND_MS);
    if (got === undefined) {
      // There may be one backend for both: then it is free when the first transaction ends.
      await first.query('commit');
      return (await within(following, SHARED_BACKEND_MS)) === held;
    }
    backends[1].add(got);
    for (const client of ending) await client.query('commit');
    if (backends.some((seen) => seen.size > 1)) return true;
  }
  return false;
}

async function backendOf(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid ?? 0;
}

/** The value when it comes in time. An error counts as no value: the connection has its own. */
async function within(promise: Promise<number>, timeoutMs: number): Promise<number | undefined> {
  const timeout = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => timeout.resolve(undefined), timeoutMs);
  try {
    return await Promise.race([promise.catch(() => undefined), timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
