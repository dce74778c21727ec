import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { connectDatabase } from '@pics/database';
import { openQueues } from '@pics/queue';
import { observeSteam, Registry } from '@pics/service';
import { afterAll, describe, expect, test } from 'vitest';
import { createMetrics as createFetcherMetrics } from '../../apps/fetcher/src/metrics.ts';
import { createMetrics as createProducerMetrics } from '../../apps/producer/src/metrics.ts';
import { createMetrics as createWriterMetrics } from '../../apps/writer/src/metrics.ts';

/** Nothing connects here: the gauges over the ledger and the queues are not read. */
const database = connectDatabase('postgres://nobody@127.0.0.1:1/none', {
  applicationName: 'test',
  maxConnections: 1,
});
const queues = openQueues('redis://127.0.0.1:1', () => {});
afterAll(async () => {
  await Promise.all([database.destroy(), queues.close()]);
});

const registries = { producer: new Registry(), fetcher: new Registry(), writer: new Registry() };
observeSteam(registries.producer);
createProducerMetrics(registries.producer, { database, queues, state: { leading: false } });
observeSteam(registries.fetcher);
createFetcherMetrics(registries.fetcher);
createWriterMetrics(registries.writer);

/** Counters whose values are open: Steam's results of a logon, and the tables, which grow with the migrations. */
const OPEN = ['pics_steam_logons_total', 'pics_write_rows_total'];

const page = readFileSync(resolve(import.meta.dirname, '../../docs/metrics.md'), 'utf8');
const counters = [
  ...page.matchAll(/^\| `(pics_\w+)` \| (?:counter|histogram) \| (`[^|]+`) \| ([^|]+) \| ([^|]+) \|/gm),
].map(([, name = '', labels = '', services = '', meaning = '']) => ({
  name,
  labels: words(labels),
  services: services.split(', ') as (keyof typeof registries)[],
  values: words(meaning),
}));

function words(text: string): string[] {
  return [...text.matchAll(/`(\w+)`/g)].map(([, word = '']) => word);
}

describe.each(counters.filter(({ name }) => !OPEN.includes(name)))('$name', (counter) => {
  test.each(counter.services)(
    'has every value that docs/metrics.md names at 0 before the first event, so that alerts see it (%s)',
    async (service) => {
      const metric = await registries[service].getSingleMetric(counter.name)?.get();
      const series = (metric?.values ?? []).filter(({ labels }) => !('le' in labels));
      expect(series.map(({ value }) => value)).toEqual(series.map(() => 0));
      const seen = new Set(
        series.flatMap(({ labels }) => counter.labels.map((name) => String(labels[name]))),
      );
      expect([...seen]).toEqual(expect.arrayContaining(counter.values));
      expect(seen.size).toBeGreaterThan(1);
    },
  );
});
