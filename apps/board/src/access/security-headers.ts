import helmet from 'helmet';
import type { RequestHandler } from 'express';

/**
 * The headers that keep a browser to what the board needs: its own scripts, styles and connections, no other host, no
 * frames, no referrer.
 *
 * Bull Board writes `<style>` elements and asks Google for fonts. The styles are allowed on its pages alone; the fonts are
 * not, and the browser falls back to the fonts of the system.
 *
 * @param scriptHash of the one inline script there is, as `sha256-…`.
 */
export function securityHeaders({ scriptHash }: { scriptHash?: string } = {}): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'", ...(scriptHash ? [`'${scriptHash}'`] : [])],
        styleSrc: ["'self'", ...(scriptHash ? [] : ["'unsafe-inline'"])],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // Whoever ends TLS in front of the board decides about this: the board itself speaks HTTP, and cannot promise.
    strictTransportSecurity: false,
  });
}
