import { lookup } from 'node:dns';
import { once } from 'node:events';
import { Agent, get } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Clock } from '../session/clock.ts';
import type { SteamLogger } from '../session/steam-session.ts';
import { MAX_BODY_BYTES, openBody, type WireApp } from '../wire/product-info-response.ts';
import { BodyHost } from './body-hosts.ts';
import { MAX_RESPONSE_BYTES } from './response-collector.ts';

/** Steam's web cache is a CDN: with this many connections a batch of 200 takes a second or two and looks like no attack. */
const CONCURRENT_READS = 8;

/** A text that cannot be compressed grows by a few bytes. */
const ZIP_OVERHEAD_BYTES = 64 * 1024;

export interface HttpBodiesOptions {
  /** For all bodies of one response together. */
  timeoutMs: number;
  /** Certificates to trust in place of Node's own. */
  ca: string | undefined;
  /** The IP address of the CM that names the host. */
  cmAddress: () => string | undefined;
  clock: Clock;
  log: SteamLogger;
  /** Node's own by default. */
  lookUp?: typeof lookup;
}

/**
 * Reads over HTTP the bodies that Steam announces (sha and size) and leaves out of its response, from where it says:
 * `https://{http_host}/appinfo/{appid}/sha/{sha}.txt.gz`.
 */
export class HttpBodies {
  readonly #options: HttpBodiesOptions;
  readonly #agent: Agent;
  readonly #closing = new AbortController();

  constructor(options: HttpBodiesOptions) {
    this.#options = options;
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: CONCURRENT_READS,
      ...(options.ca !== undefined && { ca: options.ca }),
    });
  }

  /**
   * The text of each app whose body could be read and has the announced SHA-1, by appid; `denied` where this session gets
   * no such body. Bodies that cannot be read right now are missing, and so are those beyond what one response may have in
   * memory. No body may be larger than announced. Never throws.
   */
  async read(host: string | undefined, apps: readonly WireApp[]): Promise<Map<number, Buffer | 'denied'>> {
    const { clock, log, timeoutMs } = this.#options;
    const texts = new Map<number, Buffer | 'denied'>();
    const bodyHost = BodyHost.parse(host, this.#options.cmAddress());
    if (!bodyHost) {
      log.warn({ host, apps: apps.length }, 'Steam names no host for bodies over HTTP');
      return texts;
    }
    const deadline = new AbortController();
    const cancelDeadline = clock.after(timeoutMs, () => deadline.abort());
    const signal = AbortSignal.any([deadline.signal, this.#closing.signal]);
    const errors: unknown[] = [];
    let bytesLeft = MAX_RESPONSE_BYTES;
    const reads = apps.map(async ({ appid, sha, size }) => {
      try {
        if (size > MAX_BODY_BYTES || size > bytesLeft)
          throw new Error(`a body of ${size} bytes is too large`);
        bytesLeft -= size;
        const path = `/appinfo/${appid}/sha/${sha?.toString('hex')}.txt.gz`;
        const text = openBody(await this.#readBody(bodyHost, path, size, signal), sha);
        if (typeof text === 'string') throw new Error(`the body is ${text}`);
        texts.set(appid, text);
      } catch (error) {
        if (error instanceof Denied) texts.set(appid, 'denied');
        errors.push(error);
      }
    });
    await Promise.all(reads);
    cancelDeadline();
    if (errors.length > 0) {
      log.warn({ host, apps: errors.length, err: errors[0] }, 'bodies over HTTP cannot be read');
    }
    return texts;
  }

  /** Aborts everything that is being read. */
  close(): void {
    this.#closing.abort();
    this.#agent.destroy();
  }

  /** Follows no redirects: node:https never does, and the body is at the named host or nowhere. */
  async #readBody(host: BodyHost, path: string, size: number, signal: AbortSignal): Promise<Buffer> {
    const lookUp = host.lookup(this.#options.lookUp ?? lookup);
    const request = get(host.url(path), { agent: this.#agent, signal, lookup: lookUp });
    // Looked up is not connected: the connection may be an older one to the same name.
    request.once('socket', (socket) => {
      const check = () => {
        if (!host.allows(socket.remoteAddress))
          request.destroy(new Error(`${host.name} is at a forbidden address`));
      };
      if (socket.connecting) socket.once('connect', check);
      else check();
    });
    request.on('error', () => {}); // `once` rejects with it; without a listener it would be thrown as well.
    const [response] = (await once(request, 'response', { signal })) as [IncomingMessage];
    if (response.statusCode !== 200) {
      response.destroy();
      const denied = response.statusCode === 403 || response.statusCode === 404;
      throw new (denied ? Denied : Error)(`HTTP ${response.statusCode}`);
    }
    const chunks: Buffer[] = [];
    const maxBytes = size + ZIP_OVERHEAD_BYTES;
    let bytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new Error(`more than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
    return promisify(gunzip)(Buffer.concat(chunks), { maxOutputLength: size });
  }
}

/** The web cache has no such body, or not for this session: trying again would not help. */
class Denied extends Error {
  override name = 'Denied';
}
