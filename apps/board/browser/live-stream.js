/** @import { Parts, Plots } from '../src/live/live-message.ts' */

/** The first pause before a new connection, and the longest: each failed attempt doubles it. */
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 30_000;

/** The board sends something every two seconds. */
const SILENT_AFTER_MS = 15_000;

/**
 * What the stream reports to the page.
 *
 * @typedef {object} Receiver
 * @property {(boardTime: number) => void} onUpdate the board has read its state; what changed follows.
 * @property {(parts: Parts) => void} onParts
 * @property {(plots: Plots) => void} onPlots
 * @property {() => void} onDisconnect the connection is lost, and another one will be tried.
 * @property {(lastUpdate: Date) => void} onSilence nothing has arrived for 15 seconds. Repeated every second.
 */

/**
 * Keeps the page connected to its live stream.
 *
 * A browser reconnects by itself only after a network error. A proxy that responds with an error while the board restarts, a
 * connection that went silent, a laptop that was asleep: all of these are connected again here, with growing pauses, and at
 * once when the page becomes visible. A hidden page is not connected and costs the board nothing.
 */
export class LiveStream {
  /** @type {EventSource | undefined} */
  #events;
  /** @type {number | undefined} */
  #reconnecting;
  #pauseMs = FIRST_PAUSE_MS;
  #lastUpdate = Date.now();
  #visibleSince = Date.now();

  /**
   * @param {string} url
   * @param {Receiver} receiver
   */
  constructor(url, receiver) {
    this.url = url;
    this.receiver = receiver;
    document.addEventListener('visibilitychange', () => this.#followVisibility());
    addEventListener('online', () => this.#connectNow());
    setInterval(() => this.#checkSilence(), 1_000);
    this.#followVisibility();
  }

  #followVisibility() {
    this.#visibleSince = Date.now();
    if (document.hidden) this.#disconnect();
    else this.#connectNow();
  }

  #connectNow() {
    if (document.hidden) return;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#connect();
  }

  #disconnect() {
    clearTimeout(this.#reconnecting);
    this.#reconnecting = undefined;
    this.#events?.close();
  }

  #connect() {
    this.#disconnect();
    const { onParts, onPlots, onUpdate } = this.receiver;
    const events = new EventSource(this.url);
    events.addEventListener('error', () => this.#reconnectLater());
    events.addEventListener('at', ({ data }) => {
      this.#pauseMs = FIRST_PAUSE_MS;
      this.#lastUpdate = Date.now();
      onUpdate(Number(data));
    });
    events.addEventListener('parts', ({ data }) => onParts(JSON.parse(data)));
    events.addEventListener('plots', ({ data }) => onPlots(JSON.parse(data)));
    this.#events = events;
  }

  #reconnectLater() {
    this.#disconnect();
    this.receiver.onDisconnect();
    this.#reconnecting = setTimeout(() => this.#connect(), this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }

  #checkSilence() {
    const now = Date.now();
    // A page that was hidden has a moment to connect first.
    if (document.hidden || now - this.#visibleSince < FIRST_PAUSE_MS) return;
    if (now - this.#lastUpdate < SILENT_AFTER_MS) return;
    this.receiver.onSilence(new Date(this.#lastUpdate));
    if (this.#reconnecting === undefined) this.#reconnectLater();
  }
}
