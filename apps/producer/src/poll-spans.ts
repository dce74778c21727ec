import type { SpanContext } from '@pics/service';

/** A batch is dispatched within seconds of its poll; the polls of half an hour are more than any backlog needs. */
const KEPT_POLLS = 360;

interface PollSpan {
  since: number;
  current: number;
  context: SpanContext;
}

/**
 * Remembers the span of each poll, so that a batch, whose apps wait in the ledger in between, is dispatched under the poll that
 * announced its change number. Only for tracing: a batch whose poll is forgotten starts a new trace.
 */
export class PollSpans {
  readonly #polls: PollSpan[] = [];

  /** @param context nothing is kept without one. */
  keep({ since, current }: { since: number; current: number }, context: SpanContext | undefined): void {
    if (!context) return;
    this.#polls.push({ since, current, context });
    if (this.#polls.length > KEPT_POLLS) this.#polls.shift();
  }

  find(changeNumber: number): SpanContext | undefined {
    return this.#polls.findLast(({ since, current }) => since < changeNumber && changeNumber <= current)
      ?.context;
  }
}
