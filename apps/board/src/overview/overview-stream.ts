import { setTimeout as delay } from 'node:timers/promises';
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
 * Sends the overview to every open page as server-sent events: `parts` with what changed since the last update, and
 * `plots`. A page that has just connected gets everything.
 *
 * One read serves all open pages; while no page is open, nothing is read.
 */
export class OverviewStream {
  readonly #read: OverviewReader;
  readonly #render: (overview: Overview) => Parts;
  readonly #stopping: AbortSignal;
  readonly #log: Log;
  readonly #viewers = new Set<Response>();
  #sent: { parts: Parts; plots: string } | undefined;
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

  readonly handler: RequestHandler = (_request, response) => {
    if (this.#viewers.size >= MAX_VIEWERS) {
      response.status(503).json({ error: `Too many open pages (${MAX_VIEWERS}).` });
      return;
    }
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // Keeps nginx and other proxies from buffering the events.
      'x-accel-buffering': 'no',
    });
    response.write(`retry: ${INTERVAL_MS}\n\n`);
    if (this.#sent) response.write(eventOf('parts', JSON.stringify(this.#sent.parts)) + this.#sent.plots);
    this.#viewers.add(response);
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
      for (const viewer of this.#viewers) viewer.destroy();
    } finally {
      this.#sending = false;
      this.#sent = undefined;
    }
  }

  async #sendWhileViewed(): Promise<void> {
    while (this.#viewers.size > 0 && !this.#stopping.aborted) {
      const overview = await this.#read();
      const parts = this.#render(overview);
      const changed = Object.entries(parts).filter(([id, markup]) => this.#sent?.parts[id] !== markup);
      const plots = overview.ledger
        ? eventOf('plots', JSON.stringify(plotsOf(overview.ledger, overview.fleet?.fetchRate)))
        : (this.#sent?.plots ?? '');
      const text =
        (changed.length > 0 ? eventOf('parts', JSON.stringify(Object.fromEntries(changed))) : ':\n\n') +
        (plots === this.#sent?.plots ? '' : plots);
      this.#sent = { parts, plots };
      for (const viewer of this.#viewers) {
        if (viewer.writableLength > MAX_UNREAD_BYTES) viewer.destroy();
        else viewer.write(text);
      }
      await delay(INTERVAL_MS, undefined, { signal: this.#stopping }).catch(() => {});
    }
  }
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
