import { readProductInfoPart, type WireApp } from '../wire/product-info-response.ts';
import { MalformedMessage } from '../wire/protobuf-reader.ts';
import type { Outcome } from './pending-requests.ts';

/** An id without a usable response, and why. */
export interface Unanswered {
  appid: number;
  reason: 'absent' | 'timeout' | 'disconnected' | 'corrupt' | 'unreadable';
}

/** What one response may keep in memory: 200 bodies of the largest recorded size (457 kB) are 91 MB. */
export const MAX_RESPONSE_BYTES = 128 * 1024 * 1024;

/** Each part but the last has one id at least; so many more may be empty. */
const SPARE_PARTS = 100;

/** Ids may be repeated, and some may not have been requested; so many more than two for each requested one are an attack. */
const SPARE_ENTRIES = 1_000;

type Reason = Unanswered['reason'];

/**
 * Combines the parts of one product info response by the requested ids: each ends up in exactly one of `apps`, `unknown`
 * and `unanswered`, whatever Steam sends. An id counts the first time it is usable; repeated and unrequested ids are
 * ignored.
 *
 * A response is complete when Steam says so (`response_pending`), never because every id was seen: Steam may simply leave
 * one out.
 *
 * Its parts, its ids and its bytes are limited in sum.
 */
export class ResponseCollector<App extends { appid: number }> {
  readonly apps: App[] = [];
  readonly unknown: number[] = [];
  parts = 0;
  httpHost: string | undefined;
  /** The ids still open, each with what was wrong with it when it came. */
  readonly #open = new Map<number, Reason | undefined>();
  readonly #read: (app: WireApp) => App | Reason;
  readonly #maxParts: number;
  #entriesLeft: number;
  #bytes = 0;
  #lastBuffer: ArrayBufferLike | undefined;
  #damaged = false;

  /** @param read gives the result of one app, or the reason why it is of no use. */
  constructor(appids: readonly number[], read: (app: WireApp) => App | Reason) {
    for (const appid of appids) this.#open.set(appid, undefined);
    this.#maxParts = this.#open.size + SPARE_PARTS;
    this.#entriesLeft = 2 * this.#open.size + SPARE_ENTRIES;
    this.#read = read;
  }

  /** The ids to request, each once. */
  get appids(): number[] {
    return [...this.#open.keys()];
  }

  /**
   * Adds one part; true when it was the last.
   *
   * @throws MalformedMessage when some of it cannot be read or is too much; the rest of it was added.
   */
  addPart(body: Buffer): boolean {
    if (++this.parts > this.#maxParts) this.#fail(new MalformedMessage(`more than ${this.#maxParts} parts`));
    this.#countBytes(body);
    const part = readProductInfoPart(body, (appid) => this.#open.has(appid), this.#entriesLeft);
    this.#entriesLeft -= part.entries;
    this.httpHost = part.httpHost ?? this.httpHost;
    for (const wireApp of part.apps) {
      if (!this.#open.has(wireApp.appid)) continue;
      const app = this.#read(wireApp);
      if (typeof app === 'string') this.#open.set(wireApp.appid, app);
      else this.add(app);
    }
    for (const appid of part.unknown) {
      if (this.#open.delete(appid)) this.unknown.push(appid);
    }
    if (part.damage) this.#fail(part.damage);
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

  /** Counts what the part keeps alive: bodies are views, and a part inside a Multi keeps all of that. */
  #countBytes({ buffer }: Buffer): void {
    if (buffer !== this.#lastBuffer) this.#bytes += buffer.byteLength;
    this.#lastBuffer = buffer;
    if (this.#bytes > MAX_RESPONSE_BYTES) {
      this.#fail(new MalformedMessage(`a response of more than ${MAX_RESPONSE_BYTES} bytes`));
    }
  }

  #fail(error: MalformedMessage): never {
    this.#damaged = true;
    throw error;
  }

  /** The ids without a usable response once nothing more comes, each with the reason. */
  unanswered(outcome: Outcome): Unanswered[] {
    const never: Reason =
      outcome === 'timeout' || outcome === 'disconnected' ? outcome : this.#damaged ? 'corrupt' : 'absent';
    return [...this.#open].map(([appid, reason]) => ({ appid, reason: reason ?? never }));
  }
}
