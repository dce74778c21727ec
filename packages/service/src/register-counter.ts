import { Counter, type Registry } from 'prom-client';

/** The labels of a metric, each with all the values it can have. */
export type LabelValues = Record<string, readonly string[]>;

/** One value of each label. */
export type Labelled<Labels extends LabelValues> = { [Name in keyof Labels]: Labels[Name][number] };

/**
 * Registers a counter with labels; returns the function that raises it.
 *
 * Every series exists from the start, at 0. A series that appears with its first event appears at 1, and Prometheus sees no
 * increase: an alert would stay silent until the second event, which for some is hours later.
 */
export function registerCounter<const Labels extends LabelValues>(
  registry: Registry,
  { name, help, labels }: { name: string; help: string; labels: Labels },
): (labels: Labelled<Labels>, by?: number) => void {
  const counter = new Counter({ name, help, labelNames: Object.keys(labels), registers: [registry] });
  for (const series of everySeries(labels)) counter.inc(series, 0);
  return (series, by = 1) => counter.inc(series, by);
}

/** Returns every combination of the values of some labels. */
export function everySeries(labels: LabelValues): Record<string, string>[] {
  return Object.entries(labels).reduce<Record<string, string>[]>(
    (combined, [name, values]) =>
      combined.flatMap((series) => values.map((value) => ({ ...series, [name]: value }))),
    [{}],
  );
}
