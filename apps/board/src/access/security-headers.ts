import helmet from 'helmet';
import type { RequestHandler } from 'express';

/**
 * Headers that limit a browser to what the board needs: its own scripts, styles and connections; no other host, no frames,
 * no referrer.
 *
 * Bull Board inlines `<style>` elements and loads fonts from Google. The styles are allowed on its pages only; the fonts are
 * blocked, and the browser falls back to system fonts.
 *
 * @param options.scriptHash hash of the only inline script, as `sha256-…`.
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
    // Left to the proxy that terminates TLS: the board itself serves plain HTTP.
    strictTransportSecurity: false,
  });
}
