import { FEED_ELSEWHERE_MS, FEED_STILL_MS } from './config.ts';

/**
 * What is wrong with the change feed although Steam responds: its numbers cannot be, or nothing changes for too long. Either
 * looks like a quiet, healthy feed to everything else.
 */
export class FeedHealth {
  readonly #now: () => number;
  #refusal: string | undefined;
  #movedAt: number | undefined;
  #elsewhereAt: number | undefined;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** A response was followed. */
  follow({ since, current }: { since: number; current: number }): void {
    this.#refusal = undefined;
    if (current > since || this.#movedAt === undefined) this.#movedAt = this.#now();
  }

  /** A response was refused because of its numbers. */
  refuse(reason: string): void {
    this.#refusal = reason;
  }

  /** This process no longer follows the feed. */
  forget(): void {
    this.#refusal = this.#movedAt = undefined;
  }

  /** Why the feed cannot be trusted, for people; undefined when it can. */
  findFault(): string | undefined {
    if (this.#refusal) return `the change feed cannot be followed: ${this.#refusal}`;
    const stillMs = this.#movedAt === undefined ? 0 : this.#now() - this.#movedAt;
    if (stillMs < FEED_STILL_MS) return undefined;
    return `the change feed has announced nothing for ${Math.floor(stillMs / 60_000)} minutes`;
  }

  /** Whether to ask another server now; when it is, the next time is FEED_ELSEWHERE_MS away. */
  mayAskElsewhere(): boolean {
    const now = this.#now();
    if (this.#elsewhereAt !== undefined && now - this.#elsewhereAt < FEED_ELSEWHERE_MS) return false;
    this.#elsewhereAt = now;
    return true;
  }
}
