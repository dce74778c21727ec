import type { Faults } from '../faults/faults.ts';
import type { EResultName } from '../protocol/eresult.ts';

/**
 * Lets logons in, or not. Refusals that last belong to the address they come from, and here all clients share one, so
 * there is one gate for all.
 */
export class LogonGate {
  readonly #faults: Faults;
  #block: { result: EResultName; quietMs: number; until: number } | undefined;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  /** What a logon that is well formed gets. A refused one prolongs a block that waits for quiet. */
  admit(): EResultName {
    const now = Date.now();
    if (this.#block && now < this.#block.until) {
      this.#block.until = now + this.#block.quietMs;
      return this.#block.result;
    }
    this.#block = undefined;
    const fault = this.#faults.strike('refuse-logon');
    if (!fault) return 'OK';
    const { result, quietMs } = fault;
    if (quietMs !== undefined) this.#block = { result, quietMs, until: now + quietMs };
    return result;
  }
}
