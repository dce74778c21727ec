import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { constants, createGzip } from 'node:zlib';
import type { ThroughputPoint } from '@pics/database';
import type { RequestHandler, Response } from 'express';
import type { Log } from '../access/audit.ts';
import type { Parts, Plots, Series } from './live-message.ts';
import type { Overview, OverviewReader } from './read-overview.ts';

/** The pause between two updates: live to the eye, and cheap. */
const INTERVAL_MS = 2_000;

/** Open pages at once, so that a browser that reconnects in a loop cannot fill the memory. */
const MAX_VIEWERS = 200;

/** A viewer with more unread bytes than this is disconnected. */
const MAX_UNREAD_BYTES = 1_000_000;

/**
 * Sends the overview to every open page as server-sent events: `at` with every update, `parts` and `plots` with what changed
 * since the last one. A page that has just connected gets everything.
 *
 * The text of `<time>` elements is left out: it changes every second, and the page counts by itself.
 *
 * One read serves all open pages; while no page is open, nothing is read.
 */
export class OverviewStream {
  readonly #read: OverviewReader;
  readonly #render: (overview: Overview) => Parts;
  readonly #stopping: AbortSignal;
  readonly #log: Log;
  /** Each open page, with the stream that its events are written to. */
  readonly #viewers = new Map<Response, Writable>();
  #sent: { at: string; parts: Parts; plots: string } | undefined;
  #sending = false;

  constructor(options: {
    read: OverviewReader;
    render: (overview: Overview) => Parts;
    stopping: AbortSignal;
    log: Log;
  }) {
    this.#read = options.read;
    this.#render = options.render;
    this.#stopping = options.stopping;
    this.#log = options.log;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  readonly handler: RequestHandler = (request, response) => {
    if (this.#viewers.size >= MAX_VIEWERS) {
      response.status(503).json({ error: `Too many open pages (${MAX_VIEWERS}).` });
      return;
    }
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
      this.#log.error({ err }, 'sending the overview failed');
      for (const viewer of this.#viewers.keys()) viewer.destroy();
    } finally {
      this.#sending = false;
      this.#sent = undefined;
    }
  }

  async #sendWhileViewed(): Promise<void> {
    while (this.#viewers.size > 0 && !this.#stopping.aborted) {
      const overview = await this.#read();
      const parts = withoutTimes(this.#render(overview));
      const changed = Object.entries(parts).filter(([id, markup]) => this.#sent?.parts[id] !== markup);
      const plots = overview.ledger
        ? eventOf('plots', JSON.stringify(plotsOf(overview.ledger, overview.fleet?.fetchRate)))
        : (this.#sent?.plots ?? '');
      const at = eventOf('at', String(overview.at.getTime()));
      const text =
        at +
        (changed.length > 0 ? eventOf('parts', JSON.stringify(Object.fromEntries(changed))) : '') +
        (plots === this.#sent?.plots ? '' : plots);
      this.#sent = { at, parts, plots };
      for (const [viewer, events] of this.#viewers) {
        if (events.writableLength > MAX_UNREAD_BYTES) viewer.destroy();
        else events.write(text);
      }
      await delay(INTERVAL_MS, undefined, { signal: this.#stopping }).catch(() => {});
    }
  }
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

function plotsOf(
  { hour, day }: { hour: ThroughputPoint[]; day: ThroughputPoint[] },
  fetchRate: number | undefined,
): Plots {
  return { hour: seriesOf(hour), day: seriesOf(day), fetchRate: fetchRate ?? null };
}

function seriesOf(points: readonly ThroughputPoint[]): Series {
  const rounded = (value: number) => Math.round(value * 100) / 100;
  return {
    at: points.map(({ from }) => from.getTime() / 1_000),
    apps: points.map(({ appsPerSecond }) => rounded(appsPerSecond)),
    requests: points.map(({ requestsPerSecond }) => rounded(requestsPerSecond)),
  };
}

/** JSON has no line breaks, so one `data` line is enough. */
function eventOf(name: string, json: string): string {
  return `event: ${name}\ndata: ${json}\n\n`;
}
