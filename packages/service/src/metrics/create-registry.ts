import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { awaitAnswer } from '../await-answer.ts';
import type { Reason } from '../health-server.ts';
import { version } from '../version.ts';

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
      const ready = findReasonNotReady().then((reason) => reason === undefined);
      this.set((await awaitAnswer(ready)) ? 1 : 0);
    },
  });
  registry.registerMetric(ready);
  return registry;
}
