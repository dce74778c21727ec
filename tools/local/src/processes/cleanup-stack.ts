/** Something that runs, or is open, until it is stopped. */
export interface Stoppable {
  /** Ends it in good order. */
  stop(): Promise<unknown>;
  /** Ends it at once; absent where that could do harm. */
  kill?(): unknown;
}

/** What has been opened, to be stopped in reverse order. */
export class CleanupStack {
  readonly #opened: Stoppable[] = [];
  #forced = false;

  get hasOpen(): boolean {
    return this.#opened.length > 0;
  }

  add(opened: Stoppable): void {
    this.#opened.push(opened);
  }

  /** Stops everything, the last first, also when one of them fails; throws the first failure when all is stopped. */
  async stopAll(): Promise<void> {
    const errors: unknown[] = [];
    for (let last = this.#opened.at(-1); last; last = this.#opened.at(-1)) {
      if (this.#forced) last.kill?.();
      await last.stop().catch((error: unknown) => errors.push(error));
      this.#opened.pop();
    }
    if (errors.length > 0) throw errors[0];
  }

  /** From now on nothing is waited for that can be ended at once, nor is what is being stopped right now. */
  force(): void {
    this.#forced = true;
    this.#opened.at(-1)?.kill?.();
  }
}
