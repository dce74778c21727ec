import type { IncomingMessage } from 'node:http';
import { RateLimiterMemory } from 'rate-limiter-flexible';

type ClientRequest = Pick<IncomingMessage, 'socket' | 'headers'>;

const WINDOW_SECONDS = 60;

/** People mistype now and then; a program that guesses passwords is stopped here for the rest of the minute. */
const MAX_FAILURES_OF_CLIENT = 10;

/**
 * The limit of one connecting address, which behind a proxy stands for everybody. The header that names the client can be
 * forged where there is no proxy, so it can separate clients only up to this many failures.
 */
const MAX_FAILURES_OF_PEER = 100;

/**
 * Counts failed logons and blocks addresses with too many of them in a minute.
 *
 * Counts are kept in this process: there is one board, and a Redis outage must not block logons. One connecting address
 * takes at most `MAX_FAILURES_OF_PEER` + 1 entries, whatever its headers claim.
 */
export class FailedLogons {
  readonly #clients = new RateLimiterMemory({ points: MAX_FAILURES_OF_CLIENT, duration: WINDOW_SECONDS });
  readonly #peers = new RateLimiterMemory({ points: MAX_FAILURES_OF_PEER, duration: WINDOW_SECONDS });

  /** How many addresses are remembered. */
  get size(): number {
    return this.#clients.dump().storage.length + this.#peers.dump().storage.length;
  }

  /** Counts a request with wrong credentials. */
  async add(request: ClientRequest): Promise<void> {
    const { client, peer } = addressesOf(request);
    const { consumedPoints } = await this.#peers.penalty(peer);
    if (consumedPoints <= MAX_FAILURES_OF_PEER) await this.#clients.penalty(client);
  }

  /** How many seconds this request's address is still blocked; undefined when it may try. */
  async findRetryAfter(request: ClientRequest): Promise<number | undefined> {
    const { client, peer } = addressesOf(request);
    const counts = await Promise.all([this.#clients.get(client), this.#peers.get(peer)]);
    const blocked = counts.find((count) => count?.remainingPoints === 0 && count.msBeforeNext > 0);
    return blocked ? Math.ceil(blocked.msBeforeNext / 1_000) : undefined;
  }
}

/** The nearest proxy writes the last entry of X-Forwarded-For; the entries before it come from outside. */
function addressesOf({ socket, headers }: ClientRequest): { client: string; peer: string } {
  const peer = networkOf(socket.remoteAddress ?? '');
  const forwarded = [headers['x-forwarded-for']].flat().join(',').split(',').at(-1)?.trim().slice(0, 64);
  return { client: `${peer} for ${networkOf(forwarded ?? '')}`, peer };
}

/** An IPv6 client can choose any address of its /64, so all of them count as one. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  return address.split('::', 1)[0]?.split(':').slice(0, 4).join(':') ?? '';
}
