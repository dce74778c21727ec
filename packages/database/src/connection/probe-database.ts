import { sql } from 'kysely';
import { connectDatabase } from './connect-database.ts';
import { findDatabaseBlocker } from './find-database-blocker.ts';

/** A server that takes longer than this for a statement that reads one row is of no use to the pipeline. */
const STATEMENT_TIMEOUT_MS = 3_000;

/**
 * Why the database cannot be used right now, tried on a connection made for it; undefined when it can. A silent connection
 * that a service still has does not decide that.
 */
export async function probeDatabase(url: string): Promise<string | undefined> {
  const database = connectDatabase(url, {
    applicationName: 'pics-probe',
    maxConnections: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  try {
    const blocker = await findDatabaseBlocker(database);
    if (blocker) return blocker;
    const { rows } = await sql<{ readOnly: boolean }>`
      select current_setting('transaction_read_only') = 'on' as read_only
    `.execute(database);
    return rows[0]?.readOnly ? 'the database is read-only' : undefined;
  } finally {
    await database.destroy();
  }
}
