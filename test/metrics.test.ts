import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { countLedger } from '@pics/database';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Simulator } from '@pics/simulator';
import { waitUntil } from '@pics/local';
import { parseExposition, sumOf, type MetricFamily } from './support/exposition.ts';
import { readOpsFiles } from './ops/read-ops.ts';
import { startPipeline, type Pipeline } from './support/pipeline.ts';
import { startService } from './support/processes.ts';
import { startTestSimulator } from './support/simulator.ts';

const SERVICES = ['producer', 'fetcher', 'writer', 'board'] as const;

/** Every metric name ends with its unit or what it counts. */
const UNITS =
  /_(total|seconds|apps|jobs|changes|change_number|requests_per_second|info|ready|leading|paused|logged_on)$/;

type Metrics = Map<string, MetricFamily>;

let simulator: Simulator;
let pipeline: Pipeline;
const metrics = {} as Record<(typeof SERVICES)[number], Metrics>;

async function scrape(url: string): Promise<Metrics> {
  const response = await fetch(`${url}/metrics`);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return parseExposition(await response.text());
}

beforeAll(async () => {
  simulator = await startTestSimulator({ apps: 600, seed: 11 });
  pipeline = await startPipeline(simulator);
  await pipeline.settled(60_000);
  const { producer, fetchers, writer } = pipeline.services;
  const board = await startService('board', pipeline.env);
  const urls = {
    producer: producer.url,
    fetcher: fetchers[0]?.url ?? '',
    writer: writer.url,
    board: board.url,
  };
  // Gauges of the ledger are cached for some seconds.
  await waitUntil(
    async () => sumOf(await scrape(board.url), 'pics_ledger_apps', { state: 'settled' }) >= 600,
    20_000,
  );
  for (const service of SERVICES) metrics[service] = await scrape(urls[service]);
}, 120_000);

/** The names of this project's metrics. */
const ownNames = (families: Metrics) =>
  [...families.keys()].filter((name) => name.startsWith('pics_')).toSorted();

/** The rows of the page's tables: `| \`name\` | type | labels | services | meaning |`. */
const page = readFileSync(resolve(import.meta.dirname, '../docs/metrics.md'), 'utf8');
const documented = page
  .split('\n')
  .filter((line) => line.startsWith('| `pics_'))
  .map((line) => {
    const [, name = '', type = '', labels = '', services = ''] = line.split('|').map((cell) => cell.trim());
    return {
      name: name.slice(1, -1),
      type,
      labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label),
      services: services === 'all' ? [...SERVICES] : services.split(', '),
    };
  });

describe('/metrics', () => {
  test.each(SERVICES)('of the %s has exactly the metrics that docs/metrics.md lists', (service) => {
    const promised = documented.filter(({ services }) => services.includes(service));
    expect(ownNames(metrics[service])).toEqual(promised.map(({ name }) => name).toSorted());
    for (const { name, type } of promised)
      expect([name, metrics[service].get(name)?.type]).toEqual([name, type]);
  });

  test('has only the labels that docs/metrics.md lists, and the service', () => {
    for (const { name, labels } of documented) {
      const samples = SERVICES.flatMap((service) => metrics[service].get(name)?.samples ?? []);
      const seen = new Set(samples.flatMap((sample) => Object.keys(sample.labels)));
      expect([name, [...labels, 'service', 'le']]).toEqual([name, expect.arrayContaining([...seen])]);
    }
  });

  test.each(SERVICES)(
    'of the %s has units in all names, help texts, and the service label on every series',
    (service) => {
      for (const name of ownNames(metrics[service])) {
        const family = metrics[service].get(name);
        expect(name).toMatch(UNITS);
        expect(name.endsWith('_total')).toBe(family?.type === 'counter');
        expect(family?.help.length).toBeGreaterThan(20);
        expect(new Set(family?.samples.map(({ labels }) => labels['service']))).toEqual(
          new Set(family?.samples.length ? [service] : []),
        );
      }
    },
  );
});

describe('the values', () => {
  test('of the ledger gauges match the ledger', async () => {
    const { wanted, inFlight, settled, failed } = await countLedger(pipeline.database);
    for (const service of ['producer', 'board'] as const) {
      const apps = (state: string) => sumOf(metrics[service], 'pics_ledger_apps', { state });
      expect([apps('wanted'), apps('in_flight'), apps('settled'), apps('failed')]).toEqual([
        wanted,
        inFlight,
        settled,
        failed,
      ]);
      expect(sumOf(metrics[service], 'pics_lag_changes')).toBe(0);
      expect(sumOf(metrics[service], 'pics_feed_change_number')).toBe(simulator.currentChangeNumber);
    }
  });

  test('of the request counters match the requests that Steam received', () => {
    const { requests } = simulator.state();
    const sent = (kind: string) =>
      sumOf(metrics.producer, 'pics_steam_requests_total', { kind }) +
      sumOf(metrics.fetcher, 'pics_steam_requests_total', { kind });
    expect(sent('product_info')).toBe(requests['product-info']);
    expect(sent('metadata')).toBe(requests.metadata);
    expect(sumOf(metrics.fetcher, 'pics_steam_logons_total', { result: 'OK' })).toBe(1);
    expect(sumOf(metrics.fetcher, 'pics_steam_logged_on')).toBe(1);
    expect(sumOf(metrics.fetcher, 'pics_steam_answer_parts_total')).toBeGreaterThanOrEqual(
      sent('product_info'),
    );
  });

  test('of the counters of responses, written apps and rows add up to the catalogue', async () => {
    const responses = (answer: string) => sumOf(metrics.fetcher, 'pics_fetch_answers_total', { answer });
    const stored = await pipeline.database
      .selectFrom('apps')
      .select((count) => count.fn.countAll<number>().as('apps'))
      .executeTakeFirstOrThrow();
    const granted = sumOf(metrics.writer, 'pics_token_apps_total', { answer: 'granted' });
    expect(responses('full') + responses('restricted')).toBe(stored.apps + granted);
    expect(responses('restricted')).toBeGreaterThan(0);
    expect(sumOf(metrics.writer, 'pics_write_apps_total', { outcome: 'added' })).toBe(stored.apps);
    expect(sumOf(metrics.writer, 'pics_write_rows_total', { table: 'apps', change: 'added' })).toBe(
      stored.apps,
    );
    expect(sumOf(metrics.writer, 'pics_scan_apps_total', { outcome: 'seen' })).toBe(stored.apps);
  });

  test('of the job counters match the jobs that were dispatched, fetched and written', () => {
    const dispatched = sumOf(metrics.producer, 'pics_dispatch_jobs_total');
    const done = (service: 'fetcher' | 'writer') =>
      (metrics[service].get('pics_job_duration_seconds')?.samples ?? [])
        .filter(({ name, labels }) => name.endsWith('_count') && labels['outcome'] === 'done')
        .reduce((sum, { value }) => sum + value, 0);
    expect(dispatched).toBeGreaterThan(0);
    expect([done('fetcher'), done('writer')]).toEqual([dispatched, dispatched]);
    expect(sumOf(metrics.board, 'pics_queue_jobs')).toBe(0);
    expect(sumOf(metrics.board, 'pics_queue_fetch_rate_requests_per_second')).toBe(100);
  });

  test('of the readiness gauges match /readyz', () => {
    for (const service of SERVICES) expect(sumOf(metrics[service], 'pics_service_ready')).toBe(1);
    expect(sumOf(metrics.producer, 'pics_producer_leading')).toBe(1);
  });
});

describe('ops/', () => {
  const files = readOpsFiles();

  test.each(files)('$title queries only metrics that exist', ({ queries }) => {
    const families = SERVICES.flatMap((service) => [...metrics[service].values()]);
    const names = families.flatMap(({ name, type }) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    );
    expect(queries.length).toBeGreaterThan(5);
    for (const { query, selectors } of queries) {
      const queried = selectors.map(({ metric }) => metric);
      expect([query, queried.filter((name) => !names.includes(name))]).toEqual([query, []]);
    }
  });

  test.each(files)('$title selects series only by labels that they have', ({ queries }) => {
    for (const { query, selectors } of queries) {
      for (const { metric, labels } of selectors.filter(({ metric }) => metric.startsWith('pics_'))) {
        const base = metric.replace(/_(bucket|sum|count)$/, '');
        const known = documented.find(({ name }) => name === base)?.labels ?? [];
        const unknown = labels.filter((label) => !['service', 'le', ...known].includes(label));
        expect([query, unknown]).toEqual([query, []]);
      }
    }
  });

  test.each(files)('$file is linked from docs/metrics.md', ({ file }) => {
    expect(page).toContain(file);
  });
});
