import { readProductInfoPart, type WireApp } from '../wire/product-info-response.ts';
import type { Outcome } from './pending-requests.ts';

/** An id without a usable response, and why. */
export interface Unanswered {
  appid: number;
  reason: 'absent' | 'timeout' | 'disconnected' | 'corrupt' | 'unreadable';
}

type Reason = Unanswered['reason'];

/**
 * Combines the parts of one product info response by the requested ids: each ends up in exactly one of `apps`, `unknown`
 * and `unanswered`, whatever Steam sends. An id counts the first time it is usable; repeated and unrequested ids are
 * ignored.
 *
 * A response is complete when Steam says so (`response_pending`), never because every id was seen: Steam may simply leave
 * one out.
 */
export class ResponseCollector<App extends { appid: number }> {
  readonly apps: App[] = [];
  readonly unknown: number[] = [];
  parts = 0;
  httpHost: string | undefined;
  /** The ids still open, each with what was wrong with it when it came. */
  readonly #open = new Map<number, Reason | undefined>();
  readonly #read: (app: WireApp) => App | Reason;
  #damaged = false;

  /** @param read gives the result of one app, or the reason why it is of no use. */
  constructor(appids: readonly number[], read: (app: WireApp) => App | Reason) {
    for (const appid of appids) this.#open.set(appid, undefined);
    this.#read = read;
  }

  /** The ids to request, each once. */
  get appids(): number[] {
    return [...this.#open.keys()];
  }

  /** Adds one part; true when it was the last. */
  addPart(body: Buffer): boolean {
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

  /** Adds an app whose body came another way. */
  add(app: App): void {
    if (this.#open.delete(app.appid)) this.apps.push(app);
  }

  /** Whether a requested id has no usable response yet. */
  isOpen(appid: number): boolean {
    return this.#open.has(appid);
  }

  /** The ids without a usable response once nothing more comes, each with the reason. */
  unanswered(outcome: Outcome): Unanswered[] {
    const never: Reason =
      outcome === 'timeout' || outcome === 'disconnected' ? outcome : this.#damaged ? 'corrupt' : 'absent';
    return [...this.#open].map(([appid, reason]) => ({ appid, reason: reason ?? never }));
  }
}
