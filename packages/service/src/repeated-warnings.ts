/** How long a warning that repeats is only counted. */
const WINDOW_MS = 60_000;

/** Messages of errors may contain anything; more different ones than this within a window are logged each time. */
const MOST_COUNTED = 500;

/** Writes a line; `fields` come before what the logger adds. */
type Write = (fields: object, message: string) => void;

/**
 * Counts warnings that repeat. An outage makes a service fail in the same way hundreds of times a minute, and the first line
 * says as much as all of them.
 */
export class RepeatedWarnings {
  readonly #windowMs: number;
  readonly #counts = new Map<string, number>();

  constructor(windowMs = WINDOW_MS) {
    this.#windowMs = windowMs;
  }

  /**
   * Writes a warning the first time. Others with the same message and the same error, numbers aside, are counted for a minute,
   * and then one line says how many there were.
   */
  write(fields: object & { err: unknown }, message: string, write: Write): void {
    const key = `${message}: ${describe(fields.err)}`;
    const count = this.#counts.get(key);
    if (count !== undefined) this.#counts.set(key, count + 1);
    else {
      write(fields, message);
      if (this.#counts.size < MOST_COUNTED) this.#count(key, fields, message, write);
    }
  }

  #count(key: string, fields: object & { err: unknown }, message: string, write: Write): void {
    this.#counts.set(key, 0);
    const report = () => {
      const repeats = this.#counts.get(key) ?? 0;
      this.#counts.delete(key);
      if (repeats === 0) return;
      const times = repeats === 1 ? 'once' : `${repeats} times`;
      write({ ...fields, repeats }, `${message}, and ${times} more in ${this.#windowMs / 1_000} s`);
      this.#count(key, fields, message, write);
    };
    setTimeout(report, this.#windowMs).unref();
  }
}

/** Numbers differ between errors that are the same: ids, ports of this machine, durations. */
function describe(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replaceAll(/\d+/g, '#');
}
