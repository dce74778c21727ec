import { isLockTimeout, isStatementTimeout } from '@pics/database';

type Step = 'poll' | 'dispatch';

/**
 * What blocks the steps of a producer although Postgres responds: a statement times out, or another program's open transaction
 * has locked what it changes. Neither is an outage that ends by itself, so each is a separate reason.
 */
export class StepFaults {
  readonly #faults = new Map<Step, 'slow' | 'locked'>();

  succeed(step: Step): void {
    this.#faults.delete(step);
  }

  fail(step: Step, error: unknown): void {
    if (isLockTimeout(error)) this.#faults.set(step, 'locked');
    else if (isStatementTimeout(error)) this.#faults.set(step, 'slow');
    else this.#faults.delete(step);
  }

  /** @param findHolder who holds the lock, in words. */
  async findReason(findHolder: () => Promise<string | undefined>): Promise<string | undefined> {
    for (const [step, fault] of this.#faults) {
      if (fault === 'slow')
        return `Postgres is too slow, a statement of the ${step} took longer than it may (statement_timeout)`;
      return `somebody's open transaction holds what the ${step} changes: ${(await findHolder()) ?? 'it has just ended'}`;
    }
    return undefined;
  }
}
