import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

/** Why a service is not ready, in one sentence; undefined when it is. */
export type Reason = string | undefined;

export interface HealthSources {
  service: string;
  /** Why the service is not ready right now. */
  findReasonNotReady: () => Reason | Promise<Reason>;
  metrics: Registry;
  /** Serves every other path; without it they are 404. */
  otherPaths?: RequestListener | undefined;
}

/**
 * Serves `/healthz` (also as `/health`), `/readyz` and `/metrics`, and other paths when a listener for them is given.
 *
 * `/healthz` is about the process alone: it always responds with 200. `/readyz` is about progress: 503 with the reason when
 * the service makes none.
 *
 * @param port 0 chooses a free one.
 * @param host the address to listen on; `::` is every address, IPv6 and IPv4, which platforms probe.
 */
export async function startHealthServer(
  port: number,
  host: string,
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
        const reason = await sources.findReasonNotReady();
        return reply(reason ? 503 : 200, {
          status: reason ? 'not ready' : 'ready',
          service: sources.service,
          reason,
        });
      }
      if (path === '/metrics') {
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
