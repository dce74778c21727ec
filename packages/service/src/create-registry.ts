import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { awaitWithin } from './await-within.ts';
import type { Reason } from './health-server.ts';

/**
 * The metrics of one process: Node's own, its version, and whether it is ready.
 *
 * Every series carries the service's name, so dashboards and alerts do not depend on the names of scrape jobs.
 */
export function createRegistry(
  service: string,
  version: string,
  findReasonNotReady: () => Promise<Reason>,
): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const info = new Gauge({
    name: 'pics_service_info',
    help: 'Always 1; the label holds the version that runs.',
    labelNames: ['version'],
    registers: [registry],
  });
  info.set({ version }, 1);
  const ready = new Gauge({
    name: 'pics_service_ready',
    help: 'Whether the service is ready (1) or not (0), as /readyz reports it.',
    registers: [],
    async collect() {
      const ready = findReasonNotReady().then((reason) => reason === undefined);
      this.set((await awaitWithin(ready)) ? 1 : 0);
    },
  });
  registry.registerMetric(ready);
  return registry;
}
