import type { Transaction } from 'kysely';
import { DatabaseUnavailable } from '@pics/core';
import { connectDatabase, type ConnectOptions, type Database } from '../connect-database.ts';
import { isTransactionPooler } from '../connection-settings.ts';
import { inTransaction } from '../in-transaction.ts';
import type { Schema } from '../schema.ts';
import { ForeignChecksFound } from './foreign-keys.ts';

/** Who may not say so (42501), or connects through a pooler that does not pass it on (08P01, 0A000). */
const NOT_PERMITTED = new Set(['42501', '08P01', '0A000']);

/**
 * Connections on which Postgres checks no foreign keys and runs no triggers: whoever writes on them checks by itself; see
 * `parentParts`.
 *
 * Only a superuser gets such connections. The pipeline is one on Railway and under `npm start`, and is not on Supabase.
 * They are connections of their own, since Postgres forgets all its plans whenever one changes sides: 17 µs an app.
 */
export class UncheckedConnections {
  readonly #onUseless: (reason: string) => void;
  #db: Database | undefined;

  /**
   * Nothing is tried here: it connects when it is first used.
   *
   * @param onUseless told when these connections turn out to be of no use, and why.
   */
  constructor(url: string, options: ConnectOptions, onUseless: (reason: string) => void = () => {}) {
    this.#onUseless = onUseless;
    // There the setting would stay behind for whoever gets the connection next.
    if (!isTransactionPooler(url)) this.#db = connectDatabase(url, { ...options, checksForeignKeys: false });
  }

  /**
   * Runs `work` in a transaction, as `inTransaction` does. Resolves with undefined, and has changed nothing, when anything
   * was in the way: the same is to be done where Postgres checks, which also says what is wrong, if anything is. Where these
   * connections are of no use, nothing is tried again until the process starts anew.
   *
   * @throws DatabaseUnavailable when Postgres cannot be used right now.
   */
  async try<Result>(work: (trx: Transaction<Schema>) => Promise<Result>): Promise<Result | undefined> {
    if (!this.#db) return undefined;
    try {
      return await inTransaction(this.#db, work);
    } catch (error) {
      const reason = findUselessness(error);
      if (reason !== undefined) await this.#giveUp(reason);
      else if (error instanceof DatabaseUnavailable) throw error;
      return undefined;
    }
  }

  /** Closes them. */
  async destroy(): Promise<void> {
    const db = this.#db;
    this.#db = undefined;
    await db?.destroy();
  }

  async #giveUp(reason: string): Promise<void> {
    if (this.#db) this.#onUseless(reason);
    await this.destroy();
  }
}

/** Why there is no sense in trying again, if there is none. */
function findUselessness(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error ? String(error.code) : '';
  if (error instanceof ForeignChecksFound || NOT_PERMITTED.has(code)) return error.message;
  return findUselessness(error.cause);
}
