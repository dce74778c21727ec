import type { SpanContext } from '@pics/service';

/** A batch is dispatched within seconds of its poll; polls of half an hour are more than any backlog is traced through. */
const KEPT_POLLS = 360;

interface PollSpan {
  since: number;
  current: number;
  place: SpanContext;
}

/**
 * Remembers where in which trace each poll stands, so that a batch, whose apps wait in the ledger meanwhile, is dispatched
 * under the poll that announced its change number. Only for tracing: what is forgotten starts a trace of its own.
 */
export class PollSpans {
  readonly #polls: PollSpan[] = [];

  /** @param place nothing is kept without one. */
  keep({ since, current }: { since: number; current: number }, place: SpanContext | undefined): void {
    if (!place) return;
    this.#polls.push({ since, current, place });
    if (this.#polls.length > KEPT_POLLS) this.#polls.shift();
  }

  find(changeNumber: number): SpanContext | undefined {
    return this.#polls.findLast(({ since, current }) => since < changeNumber && changeNumber <= current)
      ?.place;
  }
}
