import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Lets a request through that shows the credentials, compared in constant time.
 *
 * Without credentials configured the board listens on loopback only; then a request must also name a loopback host, so that
 * a page elsewhere cannot reach it through a name that resolves to 127.0.0.1.
 */
export function requireAccess(credentials: { user: string; password: string } | undefined): RequestHandler {
  if (!credentials) {
    return (request, response, next) => {
      if (LOOPBACK_HOSTS.has(request.headers.host?.replace(/:\d+$/, '') ?? '')) return next();
      response.status(403).type('text').send('The board answers to localhost only.');
    };
  }
  const expected = digest(
    `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`,
  );
  return (request, response, next) => {
    if (timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) return next();
    response
      .status(401)
      .set('www-authenticate', 'Basic realm="pics", charset="UTF-8"')
      .type('text')
      .send('Who are you?');
  };
}

/** Digests have one length, whatever was sent, which comparing in constant time needs. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
