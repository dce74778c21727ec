import { setTimeout as delay } from 'node:timers/promises';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Reason } from '../health-server.ts';
import { version } from '../version.ts';

/** Prometheus gives a scrape 10 s. A service that cannot even say within this what hinders it is not ready. */
const READINESS_TIMEOUT_MS = 3_000;

/**
 * The metrics of one process: Node's own, which version it is, and whether it gets on with its work.
 *
 * Every series carries the service's name, so that dashboards and alerts do not depend on how somebody names the jobs of
 * his Prometheus.
 */
export function createRegistry(service: string, findReasonNotReady: () => Promise<Reason>): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const info = new Gauge({
    name: 'pics_service_info',
    help: 'Always 1; the label tells which version runs.',
    labelNames: ['version'],
    registers: [registry],
  });
  info.set({ version }, 1);
  const ready = new Gauge({
    name: 'pics_service_ready',
    help: 'Whether the service gets on with its work (1) or not (0), as /readyz tells it.',
    registers: [],
    async collect() {
      const silence = delay(READINESS_TIMEOUT_MS, 'no answer', { ref: false });
      this.set((await Promise.race([findReasonNotReady(), silence])) ? 0 : 1);
    },
  });
  registry.registerMetric(ready);
  return registry;
}
