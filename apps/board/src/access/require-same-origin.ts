import type { Request, RequestHandler } from 'express';
import { isRead } from './protect-writes.ts';

export interface SameOriginOptions {
  /** The origin of the board in a browser, when a proxy in front has another host name than the board sees. */
  publicOrigin: string | undefined;
  /** Whether a link on another page may open what is behind this. */
  allowLinks: boolean;
}

/**
 * Refuses what a page of another origin requests through a browser: writes, and also reads, which would cost work or take
 * one of the places of the live overview.
 *
 * A browser sends where a request comes from: `Sec-Fetch-Site`, which no page can forge, to HTTPS and localhost, and `Origin`
 * with every write and event stream. Each must match this board when present; programs send neither, and send the
 * credentials themselves.
 */
export function requireSameOrigin({ publicOrigin, allowLinks }: SameOriginOptions): RequestHandler {
  return (request, response, next) => {
    if (isSameOrigin(request, publicOrigin) || (allowLinks && isLinkFollowed(request))) return next();
    response.status(403).json({ error: 'Request from another origin refused.' });
  };
}

function isSameOrigin(request: Request, publicOrigin: string | undefined): boolean {
  const { 'sec-fetch-site': site, origin } = request.headers;
  // A user who types the address or opens a bookmark comes from no site.
  const isOwnSite = site === undefined || site === 'same-origin' || (site === 'none' && isRead(request));
  return isOwnSite && (origin === undefined || origin === publicOrigin || isOriginOf(request.host, origin));
}

function isLinkFollowed(request: Request): boolean {
  return isRead(request) && request.headers['sec-fetch-dest'] === 'document';
}

/** Compares hosts as URLs do, without case and port 80. `host` is X-Forwarded-Host when a trusted proxy sent it. */
function isOriginOf(host: string | undefined, origin: string): boolean {
  return host !== undefined && URL.parse(origin)?.host === URL.parse(`http://${host}`)?.host;
}
