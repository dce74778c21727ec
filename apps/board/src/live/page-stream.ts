import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { constants, createGzip } from 'node:zlib';
import type { RequestHandler, Response } from 'express';
import type { Log } from '../access/audit.ts';
import type { Parts } from './live-message.ts';

/** The pause between two updates: live to the eye, and cheap. */
const INTERVAL_MS = 2_000;

/** Open pages at once, so that a browser that reconnects in a loop cannot fill the memory. */
export const MAX_VIEWERS = 200;

/** A viewer with more unread bytes than this is disconnected. */
const MAX_UNREAD_BYTES = 1_000_000;

export interface PageStreamOptions<View> {
  /** Reads what the page shows. */
  read: () => Promise<View>;
  /** The parts of the page that are live, by the id of their element. */
  render: (view: View) => Parts;
  /** The event with the data of the charts; undefined when they cannot be read now. */
  plots?: (view: View) => string | undefined;
  /** What it sends, for the log. */
  name: string;
  stopping: AbortSignal;
  log: Log;
}

/**
 * Sends a page to all who have it open as server-sent events: `at` with every update, `parts` and `plots` with what changed
 * since the last one. A page that has just connected gets everything.
 *
 * The text of `<time>` elements is left out: it changes every second, and the page counts by itself.
 *
 * One read serves all open pages; while no page is open, nothing is read.
 */
export class PageStream<View extends { at: Date }> {
  readonly #options: PageStreamOptions<View>;
  /** Each open page, with the stream that its events are written to. */
  readonly #viewers = new Map<Response, Writable>();
  #sent: { at: string; parts: Parts; plots: string } | undefined;
  #sending = false;

  constructor(options: PageStreamOptions<View>) {
    this.#options = options;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  readonly handler: RequestHandler = (request, response) => {
    if (this.#viewers.size >= MAX_VIEWERS) return refuseViewer(response);
    const isCompressed = request.acceptsEncodings('gzip') === 'gzip';
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      ...(isCompressed && { 'content-encoding': 'gzip' }),
      vary: 'accept-encoding',
      // Keeps nginx and other proxies from buffering the events.
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    const events = isCompressed ? compress(response) : response;
    events.write(`retry: ${INTERVAL_MS}\n\n`);
    if (this.#sent) {
      const { at, parts, plots } = this.#sent;
      events.write(at + eventOf('parts', JSON.stringify(parts)) + plots);
    }
    this.#viewers.set(response, events);
    response.on('close', () => this.#viewers.delete(response));
    if (!this.#sending) void this.#keepSending();
  };

  /** Sends until the last viewer leaves. On an error all viewers are disconnected, and their browsers reconnect. */
  async #keepSending(): Promise<void> {
    this.#sending = true;
    try {
      await this.#sendWhileViewed();
    } catch (err) {
      this.#options.log.error({ err }, `sending ${this.#options.name} failed`);
      for (const viewer of this.#viewers.keys()) viewer.destroy();
    } finally {
      this.#sending = false;
      this.#sent = undefined;
    }
  }

  async #sendWhileViewed(): Promise<void> {
    const { read, render, stopping } = this.#options;
    while (this.#viewers.size > 0 && !stopping.aborted) {
      const view = await read();
      const parts = withoutTimes(render(view));
      const changed = Object.entries(parts).filter(([id, markup]) => this.#sent?.parts[id] !== markup);
      const plots = this.#options.plots?.(view) ?? this.#sent?.plots ?? '';
      const at = eventOf('at', String(view.at.getTime()));
      const text =
        at +
        (changed.length > 0 ? eventOf('parts', JSON.stringify(Object.fromEntries(changed))) : '') +
        (plots === this.#sent?.plots ? '' : plots);
      this.#sent = { at, parts, plots };
      for (const [viewer, events] of this.#viewers) {
        if (events.writableLength > MAX_UNREAD_BYTES) viewer.destroy();
        else events.write(text);
      }
      await delay(INTERVAL_MS, undefined, { signal: stopping }).catch(() => {});
    }
  }
}

export function refuseViewer(response: Response): void {
  response.status(503).json({ error: `Too many open pages (${MAX_VIEWERS}).` });
}

/** An event of a stream. JSON has no line breaks, so one `data` line is enough. */
export function eventOf(name: string, json: string): string {
  return `event: ${name}\ndata: ${json}\n\n`;
}

/**
 * Returns a stream that sends what is written to it compressed, and at once. Consecutive updates are almost the same: they
 * shrink to a fraction.
 */
function compress(response: Response): Writable {
  const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
  gzip.pipe(response);
  response.on('close', () => gzip.destroy());
  return gzip;
}

/** Removes the text of every `<time>` element, so that a part in which only time has passed is unchanged. */
function withoutTimes(parts: Parts): Parts {
  const texts = /(<time [^>]*>)[^<]*/g;
  return Object.fromEntries(
    Object.entries(parts).map(([id, markup]) => [id, markup.replaceAll(texts, '$1')]),
  );
}
