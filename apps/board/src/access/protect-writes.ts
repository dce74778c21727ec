import type { Request, RequestHandler } from 'express';

const READ_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a request only reads. No route of the board changes anything on these methods. */
export function isRead(request: Pick<Request, 'method'>): boolean {
  return READ_METHODS.has(request.method);
}

/** Refuses every write. Mounted in front of the pages, the API and Bull Board, so no route can be missed. */
export const refuseWrites: RequestHandler = (request, response, next) => {
  if (isRead(request)) return next();
  response.status(403).json({ error: 'This board is read-only (BOARD_READ_ONLY).' });
};

/**
 * Refuses writes that a page of another origin makes through a browser that knows the credentials.
 *
 * On a write every browser sends where it comes from: `Sec-Fetch-Site`, which no page can forge, and `Origin`. Each must
 * match this board when present; programs send neither, and send the credentials themselves. A proxy in front must pass
 * the Host header on unchanged.
 */
export const requireSameOrigin: RequestHandler = (request, response, next) => {
  if (isRead(request) || isSameOrigin(request)) return next();
  response.status(403).json({ error: 'Request from another origin refused.' });
};

function isSameOrigin({ headers }: Request): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  const { origin } = headers;
  return (
    origin === undefined || (headers.host !== undefined && URL.parse(origin)?.host === hostOf(headers.host))
  );
}

/** Normalised as in a URL: in lower case, without port 80. */
function hostOf(header: string): string | undefined {
  return URL.parse(`http://${header}`)?.host;
}
