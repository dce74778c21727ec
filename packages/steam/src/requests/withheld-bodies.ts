import { once } from 'node:events';
import { Agent, get } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Clock } from '../session/clock.ts';
import type { SteamLogger } from '../session/logger.ts';
import type { WireApp } from '../wire/product-info-part.ts';
import { MAX_BODY_BYTES, openBody } from './app-body.ts';

/** Steam's web cache is a CDN; this many at once read a batch of 200 in a second or two without looking like an attack. */
const CONCURRENT_READS = 8;

/** The host comes from the wire: a name and perhaps a port, nothing that could turn the URL into another one. */
const HOST = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/i;

export interface WithheldBodiesOptions {
  /** For all bodies of one answer together. */
  timeoutMs: number;
  /** Certificates to trust in place of Node's own. */
  ca: string | undefined;
  clock: Clock;
  log: SteamLogger;
}

/**
 * Reads the bodies that Steam announces (sha and size) and leaves out of its answer, from where it says they are:
 * `https://{http_host}/appinfo/{appid}/sha/{sha}.txt.gz`.
 */
export class WithheldBodies {
  readonly #options: WithheldBodiesOptions;
  readonly #agent: Agent;
  readonly #closing = new AbortController();

  constructor(options: WithheldBodiesOptions) {
    this.#options = options;
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: CONCURRENT_READS,
      ...(options.ca !== undefined && { ca: options.ca }),
    });
  }

  /**
   * The texts of those apps whose body could be read and has the announced SHA-1, by appid; `denied` where there is no
   * such body for this session. What cannot be read right now is missing: this never throws.
   */
  async read(host: string | undefined, apps: readonly WireApp[]): Promise<Map<number, Buffer | 'denied'>> {
    const { clock, log, timeoutMs } = this.#options;
    const texts = new Map<number, Buffer | 'denied'>();
    if (host === undefined || !HOST.test(host)) {
      log.warn({ host, apps: apps.length }, 'bodies are withheld and Steam names no host to read them from');
      return texts;
    }
    const deadline = new AbortController();
    const cancelDeadline = clock.after(timeoutMs, () => deadline.abort());
    const signal = AbortSignal.any([deadline.signal, this.#closing.signal]);
    const errors: unknown[] = [];
    const reads = apps.map(async ({ appid, sha }) => {
      try {
        const url = `https://${host}/appinfo/${appid}/sha/${sha?.toString('hex')}.txt.gz`;
        const text = openBody(await this.#readBody(url, signal), sha);
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
      log.warn({ host, apps: errors.length, err: errors[0] }, 'withheld bodies cannot be read');
    }
    return texts;
  }

  /** Ends all reading. */
  close(): void {
    this.#closing.abort();
    this.#agent.destroy();
  }

  /** Redirects are not followed: node:https never does, and the body's only right place is the one that was named. */
  async #readBody(url: string, signal: AbortSignal): Promise<Buffer> {
    const request = get(url, { agent: this.#agent, signal });
    request.on('error', () => {}); // Also rejects what is awaited here; without a listener it would be thrown as well.
    const [response] = (await once(request, 'response', { signal })) as [IncomingMessage];
    if (response.statusCode !== 200) {
      response.destroy();
      const denied = response.statusCode === 403 || response.statusCode === 404;
      throw new (denied ? Denied : Error)(`HTTP ${response.statusCode}`);
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) throw new Error(`more than ${MAX_BODY_BYTES} bytes`);
      chunks.push(chunk);
    }
    return promisify(gunzip)(Buffer.concat(chunks), { maxOutputLength: MAX_BODY_BYTES });
  }
}

/** The web cache has no such body, or keeps it from this session: asking again would not help. */
class Denied extends Error {
  override name = 'Denied';
}
