import type { SteamLogger } from '../session/steam-session.ts';

type Fields = Record<string, unknown>;

/** A log that a test can wait on: the log entries of the client are the events. */
export class EventLog implements SteamLogger {
  /** Every entry, in order. */
  readonly entries: { message: string; fields: Fields }[] = [];
  readonly #waiting: { message: string; resolve: (fields: Fields) => void }[] = [];
  readonly #unread: { message: string; fields: Fields }[] = [];

  readonly info = (fields: object, message: string) => this.#add(fields, message);
  readonly warn = (fields: object, message: string) => this.#add(fields, message);
  readonly debug = (fields: object, message: string) => this.#add(fields, message);

  /** The fields of the next entry with this message, from those not read yet. */
  next(message: string): Promise<Fields> {
    const at = this.#unread.findIndex((entry) => entry.message === message);
    const [entry] = at < 0 ? [] : this.#unread.splice(at, 1);
    if (entry) return Promise.resolve(entry.fields);
    return new Promise((resolve) => this.#waiting.push({ message, resolve }));
  }

  /** How many entries with this message were not read yet. */
  unread(message: string): number {
    return this.#unread.filter((entry) => entry.message === message).length;
  }

  #add(fields: object, message: string): void {
    this.entries.push({ message, fields: { ...fields } });
    const at = this.#waiting.findIndex((waiter) => waiter.message === message);
    const [waiter] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (waiter) waiter.resolve({ ...fields });
    else this.#unread.push({ message, fields: { ...fields } });
  }
}
