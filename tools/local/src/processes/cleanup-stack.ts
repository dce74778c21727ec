/** Something that runs, or is open, until it is stopped. */
export interface Stoppable {
  /** Shuts it down in order. */
  stop(): Promise<unknown>;
  /** Ends it at once; absent where that could do harm. */
  kill?(): unknown;
}

/** What was started, to be stopped in reverse order. */
export class CleanupStack {
  readonly #started: Stoppable[] = [];
  #forced = false;

  get isEmpty(): boolean {
    return this.#started.length === 0;
  }

  add(started: Stoppable): void {
    this.#started.push(started);
  }

  /** Stops everything, the last first, even if one of them fails; throws the first failure when all are stopped. */
  async stopAll(): Promise<void> {
    const errors: unknown[] = [];
    for (let last = this.#started.at(-1); last; last = this.#started.at(-1)) {
      if (this.#forced) last.kill?.();
      await last.stop().catch((error: unknown) => errors.push(error));
      this.#started.pop();
    }
    if (errors.length > 0) throw errors[0];
  }

  /** From now on kills what can be killed, the one that is being stopped included, without waiting for it to finish. */
  force(): void {
    this.#forced = true;
    this.#started.at(-1)?.kill?.();
  }
}
