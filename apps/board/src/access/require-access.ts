import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import type { Log } from '../log.ts';
import { FailedLogons } from './failed-logons.ts';

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

export interface AccessOptions {
  /** Without them the board is for this machine alone. */
  credentials: { user: string; password: string } | undefined;
  log: Log;
  failedLogons?: FailedLogons;
}

/**
 * Lets a request through that shows the credentials, compared in constant time, and notes who asks in `response.locals.who`.
 *
 * An address that was wrong too often is turned away unheard for a while. Nothing of what was sent is ever logged or shown.
 *
 * Without credentials configured the board listens on loopback only; then a request must also name a loopback host, so that
 * a page elsewhere cannot reach it through a name that resolves to 127.0.0.1.
 */
export function requireAccess(options: AccessOptions): RequestHandler {
  const { credentials, log, failedLogons = new FailedLogons() } = options;
  if (!credentials) {
    return (request, response, next) => {
      response.locals['who'] = 'this machine';
      if (LOOPBACK_HOSTS.has(request.headers.host?.replace(/:\d+$/, '') ?? '')) return next();
      response.status(403).type('text').send('The board answers to localhost only.');
    };
  }
  const expected = digest(Buffer.from(`${credentials.user}:${credentials.password}`));
  return async (request, response, next) => {
    const shown = findCredentials(request);
    const retryAfter = shown && (await failedLogons.findRetryAfter(request));
    if (retryAfter !== undefined) {
      response.status(429).set('retry-after', String(retryAfter)).type('text');
      response.send('Too many wrong logons from your address. Wait a minute.');
      return;
    }
    if (shown && timingSafeEqual(digest(shown), expected)) {
      response.locals['who'] = credentials.user;
      return next();
    }
    if (shown) {
      await failedLogons.add(request);
      log.warn({ address: request.socket.remoteAddress }, 'logon refused');
    }
    response
      .status(401)
      .set('www-authenticate', 'Basic realm="pics", charset="UTF-8"')
      .type('text')
      .send('Who are you?');
  };
}

/** What the request shows as `user:password`, as bytes; undefined when it shows nothing of the kind. */
function findCredentials(request: Request): Buffer | undefined {
  const encoded = /^basic +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64');
}

/** Digests have one length, whatever was sent, which comparing in constant time needs. */
function digest(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
