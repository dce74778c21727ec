import { Gauge, type Registry } from 'prom-client';
import { awaitWithin } from './await-within.ts';
import { shareReading } from './share-reading.ts';

/** A gauge that takes its series from a reading it shares with other gauges. */
export interface ReadGauge<Reading> {
  name: string;
  help: string;
  labelNames?: readonly string[];
  /** Its series in a reading; none when there is nothing to report. */
  samples: (reading: Reading) => { labels?: Record<string, string>; value: number }[];
}

/**
 * How long a reading is reused. Shorter than any usual scrape interval, so every scrape sees a new one; long enough that all
 * gauges of one scrape, and several Prometheus servers, share it.
 */
const REUSED_MS = 5_000;

/**
 * Registers gauges that are read at scrape time, all from one reading.
 *
 * When a reading fails the gauges have no series: a gap in a plot is true, the last value drawn on is not. All other metrics
 * are served as usual.
 *
 * @param now milliseconds; the system clock by default.
 */
export function registerReadGauges<Reading>(
  registry: Registry,
  read: () => Promise<Reading>,
  gauges: readonly ReadGauge<Reading>[],
  now: () => number = Date.now,
): void {
  const readOnce = shareReading(() => awaitWithin(read()).catch(() => undefined), REUSED_MS, now);
  for (const { name, help, labelNames = [], samples } of gauges) {
    const gauge = new Gauge({
      name,
      help,
      labelNames,
      registers: [],
      async collect() {
        const current = await readOnce();
        this.reset();
        if (labelNames.length === 0) this.remove(); // A reset leaves a gauge without labels at 0.
        for (const { labels = {}, value } of current === undefined ? [] : samples(current))
          this.set(labels, value);
      },
    });
    registry.registerMetric(gauge);
  }
}

/** Registers one gauge whose value is in this process. */
export function registerGauge(
  registry: Registry,
  gauge: { name: string; help: string; read: () => number },
): void {
  const { name, help, read } = gauge;
  registry.registerMetric(
    new Gauge({
      name,
      help,
      registers: [],
      collect() {
        this.set(read());
      },
    }),
  );
}
