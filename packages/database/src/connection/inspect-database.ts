import { TLSSocket } from 'node:tls';
import type { Client } from 'pg';
import { connectionSettings } from './connection-settings.ts';
import { DeadlineClient } from './deadline-client.ts';
import { isTransactionPooler } from './transaction-pooler.ts';

/** The facts about a database server that decide whether this project runs well on it. */
export interface DatabaseFacts {
  /** As Postgres writes it: "15.14". */
  version: string;
  majorVersion: number;
  /** Whether the connection to it, or to the pooler in front of it, is encrypted. */
  encrypted: boolean;
  /** The URL leads to a pooler that gives connections no session. */
  transactionPooler: boolean;
  /** Of its texts: `UTF8`, or one that cannot hold every name. */
  encoding: string;
  /** A copy of another server, which only reads. */
  standby: boolean;
  /** False on a standby, and where a host has made the database read-only. */
  writable: boolean;
  /** How far its clock is ahead of this machine's, in milliseconds, to within half of a round trip. */
  clockAheadMs: number;
}

/** How long the server may be silent. */
const DEADLINE_MS = 10_000;

/**
 * Inspects a database server. It needs neither tables nor a session, so it works through any pooler.
 *
 * @throws the error of pg when connecting fails.
 */
export async function inspectDatabase(url: string): Promise<DatabaseFacts> {
  const client: Client = new DeadlineClient({
    ...connectionSettings(url, 'pics-doctor'),
    deadlineMs: DEADLINE_MS,
  });
  client.on('error', () => {}); // The running query has its own.
  try {
    await client.connect();
    const { rows } = await client.query<{
      version: string;
      major: number;
      encoding: string;
      standby: boolean;
      writable: boolean;
    }>(`
      select current_setting('server_version') as version,
        current_setting('server_version_num')::integer / 10000 as major,
        current_setting('server_encoding') as encoding,
        pg_is_in_recovery() as standby,
        current_setting('transaction_read_only') = 'off' as writable`);
    const [facts] = rows;
    if (!facts) throw new Error('the database returned no facts about itself');
    return {
      version: facts.version.split(' ')[0] ?? facts.version,
      majorVersion: facts.major,
      encrypted: client.connection.stream instanceof TLSSocket,
      encoding: facts.encoding,
      standby: facts.standby,
      writable: facts.writable,
      clockAheadMs: await measureClock(client),
      transactionPooler: await isTransactionPooler(url, client),
    };
  } finally {
    await client.end().catch(() => {});
  }
}

async function measureClock(client: Client): Promise<number> {
  const askedAt = Date.now();
  const { rows } = await client.query<{ now: Date }>('select clock_timestamp() as now');
  const halfWay = (askedAt + Date.now()) / 2;
  return (rows[0]?.now.getTime() ?? halfWay) - halfWay;
}
