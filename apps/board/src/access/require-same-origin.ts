import type { Request, RequestHandler } from 'express';

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a request only reads. Nothing the board answers to these methods changes anything. */
export function isReading(request: Pick<Request, 'method'>): boolean {
  return READING.has(request.method);
}

/**
 * Refuses writes that a page of another origin makes in a browser which knows the credentials, Bull Board's included.
 *
 * Every browser says on a write where it comes from: `Sec-Fetch-Site`, which no page can forge, and `Origin`. Both must
 * agree with this board when they are there; programs send neither, and have shown the credentials themselves. A proxy in
 * front must pass the Host header on as it came.
 */
export const requireSameOrigin: RequestHandler = (request, response, next) => {
  if (isReading(request) || isSameOrigin(request)) return next();
  response
    .status(403)
    .json({ error: 'This was asked for by a page of another origin, and only the board itself may.' });
};

function isSameOrigin({ headers }: Request): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  const { origin } = headers;
  return (
    origin === undefined || (headers.host !== undefined && URL.parse(origin)?.host === hostOf(headers.host))
  );
}

/** As a URL would have it: in lower case, without port 80. */
function hostOf(header: string): string | undefined {
  return URL.parse(`http://${header}`)?.host;
}
