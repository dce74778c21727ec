import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import type { Log } from './audit.ts';
import { findClientAddress } from './client-address.ts';
import { FailedLogons } from './failed-logons.ts';

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

export interface AccessOptions {
  /** Without credentials only this machine may use the board. */
  credentials: { user: string; password: string } | undefined;
  log: Log;
}

/**
 * Admits requests with the right credentials, compared in constant time, and sets `response.locals.who` to the user.
 *
 * An address with too many failed logons is refused for a while without a comparison. Credentials that were sent are never
 * logged or shown.
 *
 * Without configured credentials the board listens on loopback only; a request must then name a loopback host as well, so
 * that a page elsewhere cannot reach the board through a name that resolves to 127.0.0.1.
 */
export function requireAccess({ credentials, log }: AccessOptions): RequestHandler {
  return credentials ? requireCredentials(credentials, log) : requireLoopbackHost;
}

const requireLoopbackHost: RequestHandler = (request, response, next) => {
  response.locals['who'] = 'this machine';
  const host = request.headers.host?.toLowerCase().replace(/\.?(:\d+)?$/, '') ?? '';
  if (LOOPBACK_HOSTS.has(host)) return next();
  response.status(403).type('text').send('This board has no password, so it serves localhost only.');
};

function requireCredentials(
  { user, password }: { user: string; password: string },
  log: Log,
): RequestHandler {
  const failedLogons = new FailedLogons();
  const warnAboutProxy = createProxyWarning(log);
  const expected = digest(Buffer.from(`${user}:${password}`));
  return async (request, response, next) => {
    const sent = findCredentials(request);
    const address = findClientAddress(request);
    const retryAfter = sent && (await failedLogons.findRetryAfter(address));
    if (retryAfter !== undefined) {
      response.status(429).set('retry-after', String(retryAfter)).type('text');
      response.send('Too many failed logons from your address. Try again in a minute.');
      return;
    }
    if (sent && timingSafeEqual(digest(sent), expected)) {
      response.locals['who'] = user;
      return next();
    }
    if (sent) {
      await failedLogons.add(address);
      log.warn({ address }, 'logon refused');
      warnAboutProxy(request, address);
    }
    response
      .status(401)
      .set('www-authenticate', 'Basic realm="pics", charset="UTF-8"')
      .type('text')
      .send('Authentication required.');
  };
}

/**
 * Returns a function that logs once, on a failed logon, that X-Forwarded-For is ignored. Behind a proxy that is not trusted
 * all users share one address, and ten failures of one of them block everybody.
 */
function createProxyWarning(log: Log): (request: Request, address: string) => void {
  let isLogged = false;
  return ({ headers, ips }, address) => {
    if (isLogged || ips.length > 0 || headers['x-forwarded-for'] === undefined) return;
    isLogged = true;
    log.warn({ address }, 'X-Forwarded-For is ignored: BOARD_TRUSTED_PROXIES does not contain this address');
  };
}

/** The credentials of the request as the bytes of `user:password`; undefined without a Basic header. */
function findCredentials(request: Request): Buffer | undefined {
  const encoded = /^basic +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64');
}

/** All digests have the same length, which a comparison in constant time needs. */
function digest(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
