import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

/**
 * Why a service is not ready, in one sentence; undefined when it is. What follows the first colon and blank is for operators: it may
 * name hosts, users and databases, and strangers do not get it.
 */
export type Reason = string | undefined;

/** The part of a reason that anybody may read. */
export function toPublicReason(reason: Reason): Reason {
  return reason?.split(': ', 1)[0];
}

export interface HealthSources {
  service: string;
  /** Why the service is not ready right now. */
  findReasonNotReady: () => Reason | Promise<Reason>;
  metrics: Registry;
  /** What a scraper of `/metrics` must send as its bearer token; without it everybody may read them. */
  metricsToken?: string | undefined;
  /** Serves every other path; without it they are 404. */
  otherPaths?: RequestListener | undefined;
}

/**
 * Serves `/healthz` (also as `/health`), `/readyz` and `/metrics`, and other paths when a listener for them is given.
 *
 * `/healthz` is about the process alone: it always responds with 200. `/readyz` is about progress: 503 with the reason when
 * the service makes none, without what a stranger should not learn.
 *
 * @param port 0 chooses a free one.
 * @param host the address to listen on; without one it is every address, IPv6 and IPv4, which platforms probe. (`::` would
 *   fail on a kernel without IPv6.)
 */
export async function startHealthServer(
  port: number,
  host: string | undefined,
  sources: HealthSources,
): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const reply = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const respond = async () => {
      const path = request.url?.split('?')[0];
      if (path === '/healthz' || path === '/health')
        return reply(200, { status: 'ok', service: sources.service });
      if (path === '/readyz') {
        const reason = toPublicReason(await sources.findReasonNotReady());
        return reply(reason ? 503 : 200, {
          status: reason ? 'not ready' : 'ready',
          service: sources.service,
          reason,
        });
      }
      if (path === '/metrics') {
        if (!isAllowed(request.headers.authorization, sources.metricsToken)) {
          response.setHeader('www-authenticate', 'Bearer');
          return reply(401, { error: 'METRICS_TOKEN is required as a bearer token' });
        }
        response
          .writeHead(200, { 'content-type': sources.metrics.contentType })
          .end(await sources.metrics.metrics());
        return;
      }
      if (sources.otherPaths) return sources.otherPaths(request, response);
      reply(404, { error: 'not found: only /healthz, /readyz and /metrics exist' });
    };
    respond().catch(() => (response.headersSent ? response.end() : reply(500, { error: 'internal error' })));
  });
  server.requestTimeout = 10_000;
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Compares hashes, so that the time it takes says nothing about the token. */
function isAllowed(authorization: string | undefined, token: string | undefined): boolean {
  if (token === undefined) return true;
  const hash = (text: string) => createHash('sha256').update(text).digest();
  const given = authorization?.match(/^Bearer (.*)$/i)?.[1] ?? '';
  return timingSafeEqual(hash(given), hash(token));
}
