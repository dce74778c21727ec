import { Gauge, type Registry } from 'prom-client';
import { awaitAnswer } from '../await-answer.ts';

/** A gauge whose value is read where it stands, together with others. */
export interface ReadGauge<Reading> {
  name: string;
  help: string;
  labelNames?: readonly string[];
  /** Its series in a reading; none means that there is nothing to tell. */
  samples: (reading: Reading) => { labels?: Record<string, string>; value: number }[];
}

/**
 * How long a reading serves. Shorter than any usual scrape interval, so that every scrape sees a new one; long enough that
 * all gauges of one scrape, and several Prometheus servers, share it.
 */
const KEPT_MS = 5_000;

/**
 * Registers gauges that are read when somebody asks for them, all by one reading.
 *
 * When a reading fails the gauges have no series: a missing line in a plot is true, the last value drawn on is not. All
 * other metrics are answered as ever.
 *
 * @param now milliseconds; the clock unless given.
 */
export function registerReadGauges<Reading>(
  registry: Registry,
  read: () => Promise<Reading>,
  gauges: readonly ReadGauge<Reading>[],
  now: () => number = Date.now,
): void {
  let reading: Promise<Reading | undefined> | undefined;
  let readAt = 0;
  const readOnce = () => {
    if (!reading || now() - readAt >= KEPT_MS) {
      readAt = now();
      reading = awaitAnswer(read()).catch(() => undefined);
    }
    return reading;
  };
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

/** Registers one gauge whose value stands ready in this process. */
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
