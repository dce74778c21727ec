import { Client, type ClientConfig } from 'pg';

export interface DeadlineConfig extends ClientConfig {
  /** The longest a statement may go without a response; no limit when it is left out. */
  deadlineMs?: number | undefined;
}

/** How long closing may take. A server that still listens closes within milliseconds. */
const CLOSE_TIMEOUT_MS = 2_000;

/** Why a connection was destroyed: it was open, and nothing came from it. */
export class SilentConnection extends Error {
  override name = 'SilentConnection';
  /** The code of a network that swallows packets, which is what happened. */
  readonly code = 'ETIMEDOUT';
}

/**
 * A connection whose statements have a deadline. At the deadline the connection is destroyed, and its statements fail with
 * `SilentConnection`.
 *
 * `query_timeout` of pg gives the caller an error but keeps the socket: the pool hands it out again, and the next statement
 * waits for the same silence. Closing has a deadline as well, because pg waits for the other end to close.
 */
export class DeadlineClient extends Client {
  readonly #deadlineMs: number | undefined;
  #deadline: NodeJS.Timeout | undefined;

  constructor(config: DeadlineConfig = {}) {
    super(config);
    this.#deadlineMs = config.deadlineMs;
    const settle = () => {
      clearTimeout(this.#deadline);
      this.#deadline = undefined;
    };
    this.on('drain', settle); // Every statement that was sent has its response.
    this.on('end', settle);
  }

  /** Destroys the connection when no statement is under way on it. Its next one fails at once. */
  destroyIfIdle(reason: Error): void {
    if (!this.#deadline) this.connection.stream.destroy(reason);
  }

  // The many signatures of pg, of which all are passed on.
  // oxlint-disable-next-line typescript/no-explicit-any
  override query(...args: any[]): any {
    if (this.#deadlineMs !== undefined) {
      const seconds = this.#deadlineMs / 1_000;
      this.#deadline ??= setTimeout(() => {
        const error = new SilentConnection(`Postgres has not responded for ${seconds} s on a connection`);
        this.connection.stream.destroy(error);
      }, this.#deadlineMs);
    }
    return super.query(...(args as [string]));
  }

  // oxlint-disable-next-line typescript/no-explicit-any
  override end(...args: any[]): any {
    const closing = setTimeout(() => this.connection.stream.destroy(), CLOSE_TIMEOUT_MS);
    this.once('end', () => clearTimeout(closing));
    return super.end(...(args as []));
  }
}
