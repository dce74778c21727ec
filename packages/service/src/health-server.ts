import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

/** What stands in the way of work, in one sentence; undefined when nothing does. */
export type Reason = string | undefined;

export interface HealthSources {
  service: string;
  /** Why the service is not doing its work right now. */
  findReasonNotReady: () => Reason | Promise<Reason>;
  metrics: Registry;
  /** Answers every other path; without it there is nothing else. */
  otherPaths?: RequestListener | undefined;
}

/**
 * Answers `/healthz` (also as `/health`), `/readyz` and `/metrics`, and nothing else unless a listener for it is given.
 *
 * `/healthz` is about the process alone: it answers 200 as long as it answers. `/readyz` is about progress: 503 with the
 * reason when the service stands still.
 *
 * @param port 0 takes a free one.
 * @param host the address to listen on; `::` is every address, IPv6 and IPv4, where platforms probe.
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
    const answer = async () => {
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
      reply(404, { error: 'there is /healthz, /readyz and /metrics' });
    };
    answer().catch(() => (response.headersSent ? response.end() : reply(500, { error: 'internal error' })));
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
