import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { findPreparedName } from './prepared-statement.ts';

/**
 * A pool whose connections prepare the statements that ask for it; see `PreparedStatement`.
 *
 * Behind a pooler that hands out another connection with every transaction, what was prepared on one is missing on the
 * next. Not every such pooler can be told by its URL: where one shows itself by an error that `isPreparedElsewhere` knows,
 * nothing is prepared from then on.
 */
export class PreparingPool implements PostgresPool {
  readonly options: object;
  readonly #pool: Pool;
  #prepares: boolean;

  /** @param prepares false where it is known from the first that nothing can be prepared. */
  constructor(pool: Pool, prepares: boolean) {
    this.options = pool.options;
    this.#pool = pool;
    this.#prepares = prepares;
  }

  async connect(): Promise<PostgresPoolClient> {
    const client = await this.#pool.connect();
    const run = <Row>(text: string, values: readonly unknown[]) => this.#run<Row>(client, text, values);
    function query<Row>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<Row>>;
    function query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>;
    function query(text: string | PostgresCursor<unknown>, values: readonly unknown[] = []): unknown {
      if (typeof text !== 'string') throw new TypeError('rows are not read through cursors here');
      return run(text, values);
    }
    return { query, release: (destroy) => client.release(destroy) };
  }

  end(): Promise<void> {
    return this.#pool.end();
  }

  async #run<Row>(client: PoolClient, text: string, values: readonly unknown[]) {
    const name = this.#prepares ? findPreparedName(text) : undefined;
    try {
      const result = await client.query({ text, values: [...values], ...(name && { name }) });
      return result as PostgresQueryResult<Row>;
    } catch (error) {
      if (isPreparedElsewhere(error)) this.#prepares = false;
      throw error;
    }
  }
}

/**
 * Whether an error says that a prepared statement is missing (26000) or there already (42P05): the connection was somebody
 * else's before. The transaction has changed nothing, and works when it is run again.
 */
export function isPreparedElsewhere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '26000' || error.code === '42P05');
}
