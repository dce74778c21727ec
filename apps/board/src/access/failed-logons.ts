import type { IncomingMessage } from 'node:http';

const WINDOW_MS = 60_000;

/** A person mistypes now and then; a program that guesses gets as far as this in a minute, and then waits. */
const MOST_FAILURES = 10;

/**
 * The same for all that comes through one connecting address. Behind a proxy that is everybody, and who it really is stands
 * in a header that anybody can write as long as there is no proxy: so the header may tell people apart, but not far.
 */
const MOST_FAILURES_OF_PEER = 100;

/** How many addresses are remembered. Beyond that the oldest are forgotten: memory stays some 2 MB under any attack. */
const MOST_ADDRESSES = 10_000;

/** Remembers who failed to log on, for a minute. */
export class FailedLogons {
  readonly #now: () => number;
  /** In the order the windows began. */
  readonly #windows = new Map<string, { since: number; failures: number }>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  get size(): number {
    return this.#windows.size;
  }

  /** Notes that this request showed wrong credentials. */
  add(request: Pick<IncomingMessage, 'socket' | 'headers'>): void {
    for (const { key } of limitsOf(request)) {
      const window = this.#findWindow(key);
      if (window) window.failures += 1;
      else {
        this.#windows.delete(key);
        this.#windows.set(key, { since: this.#now(), failures: 1 });
      }
    }
    for (const [key] of this.#windows) {
      if (this.#windows.size <= MOST_ADDRESSES) break;
      this.#windows.delete(key);
    }
  }

  /** Finds how many seconds this request's address has to wait; undefined when it may try. */
  findRetryAfter(request: Pick<IncomingMessage, 'socket' | 'headers'>): number | undefined {
    for (const { key, most } of limitsOf(request)) {
      const window = this.#findWindow(key);
      if (window && window.failures >= most) {
        return Math.ceil((window.since + WINDOW_MS - this.#now()) / 1_000);
      }
    }
    return undefined;
  }

  #findWindow(key: string) {
    const window = this.#windows.get(key);
    return window && window.since + WINDOW_MS > this.#now() ? window : undefined;
  }
}

/** The last entry of X-Forwarded-For is the one the nearest proxy wrote; those before it came from outside. */
function limitsOf({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>) {
  const peer = networkOf(socket.remoteAddress ?? '');
  const forwarded = [headers['x-forwarded-for']].flat().join(',').split(',').at(-1)?.trim().slice(0, 64);
  return [
    { key: `${peer} for ${networkOf(forwarded ?? '')}`, most: MOST_FAILURES },
    { key: peer, most: MOST_FAILURES_OF_PEER },
  ];
}

/** Whoever has an IPv6 address has its whole /64 to choose from. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  return address.split('::', 1)[0]?.split(':').slice(0, 4).join(':') ?? '';
}
