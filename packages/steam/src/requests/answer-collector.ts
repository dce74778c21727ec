import type { Unanswered } from '../product-info.ts';
import { readProductInfoPart, type WireApp } from '../wire/product-info-part.ts';
import type { Outcome } from './pending-requests.ts';

type Reason = Unanswered['reason'];

/**
 * Puts the parts of one product info answer together, by the ids that were asked for: each of them ends up in exactly
 * one of `apps`, `unknown` and `unanswered`, whatever Steam sends. An id counts the first time it is usable; ids that come
 * again or were never asked for are passed over.
 *
 * Completeness is what Steam says it is (`response_pending`), never "every id was seen": an id may simply be left out.
 */
export class AnswerCollector<App extends { appid: number }> {
  readonly apps: App[] = [];
  readonly unknown: number[] = [];
  parts = 0;
  httpHost: string | undefined;
  /** What is still wanted, with what was wrong with it when it came. */
  readonly #open = new Map<number, Reason | undefined>();
  readonly #read: (app: WireApp) => App | Reason;
  #damaged = false;

  /** @param read makes the result of one app, or says why it is of no use. */
  constructor(appids: readonly number[], read: (app: WireApp) => App | Reason) {
    for (const appid of appids) this.#open.set(appid, undefined);
    this.#read = read;
  }

  /** The ids to ask for, each once. */
  get appids(): number[] {
    return [...this.#open.keys()];
  }

  /** Takes one part; true when it was the last. */
  take(body: Buffer): boolean {
    const part = readProductInfoPart(body);
    this.parts++;
    this.httpHost = part.httpHost ?? this.httpHost;
    this.#damaged ||= part.damaged;
    for (const wireApp of part.apps) {
      if (!this.#open.has(wireApp.appid)) continue;
      const app = this.#read(wireApp);
      if (typeof app === 'string') this.#open.set(wireApp.appid, app);
      else this.add(app);
    }
    for (const appid of part.unknown) {
      if (this.#open.delete(appid)) this.unknown.push(appid);
    }
    return !part.pending;
  }

  /** Takes an app whose body came by another way. */
  add(app: App): void {
    if (this.#open.delete(app.appid)) this.apps.push(app);
  }

  /** Whether an id was asked for and has no usable answer yet. */
  isOpen(appid: number): boolean {
    return this.#open.has(appid);
  }

  /** The ids without a usable answer once nothing more comes, and why each has none. */
  unanswered(outcome: Outcome): Unanswered[] {
    const never: Reason =
      outcome === 'timeout' || outcome === 'disconnected' ? outcome : this.#damaged ? 'corrupt' : 'absent';
    return [...this.#open].map(([appid, reason]) => ({ appid, reason: reason ?? never }));
  }
}
