import type { Faults } from '../faults/faults.ts';
import type { EResultName } from '../protocol/steam-enums.ts';

/** Accepts or refuses logons. Steam blocks addresses, and here all clients share one, so they share one gate. */
export class LogonGate {
  readonly #faults: Faults;
  #block: { result: EResultName; quietMs: number; until: number } | undefined;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  /** The result of a valid logon. A refused one prolongs a block that waits for a pause. */
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
