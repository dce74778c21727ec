import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readDashboards, readQuery, readRules } from './read-ops.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe.each(readDashboards())('$file', ({ dashboard }) => {
  test('loads without edits: its only variable is the data source, which every panel uses', () => {
    expect(dashboard.templating.list.map(({ name }) => name)).toEqual(['datasource']);
    expect(dashboard).not.toHaveProperty('__inputs');
    for (const panel of dashboard.panels.filter(({ type }) => type !== 'row')) {
      expect([panel.title, panel.datasource]).toEqual([
        panel.title,
        { type: 'prometheus', uid: '${datasource}' },
      ]);
    }
  });

  test('has panels with descriptions that do not overlap', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const cells = new Set<string>();
    const undescribed = dashboard.panels.filter(
      ({ type, description }) => type !== 'row' && !description?.endsWith('.'),
    );
    expect(undescribed.map(({ title }) => title)).toEqual([]);
    for (const { title, gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect([title, cells.has(`${x},${y}`)]).toEqual([title, false]);
          cells.add(`${x},${y}`);
        }
      }
    }
  });
});

describe.each(readRules())('$file', ({ rules }) => {
  const alerts = rules.groups.flatMap((group) => group.rules);

  test('has exactly the alerts and severities that docs/metrics.md lists', () => {
    const page = read('docs/metrics.md');
    const documented = [...page.matchAll(/^\| (Pics\w+) \| (\w+) \|/gm)].map(
      ([, alert, severity]) => `${alert} ${severity}`,
    );
    expect(documented.toSorted()).toEqual(
      alerts.map(({ alert, labels }) => `${alert} ${labels.severity}`).toSorted(),
    );
  });

  test('uses only labels in its texts that the query keeps', () => {
    for (const { alert, expr, annotations } of alerts) {
      const used = [...`${annotations.summary} ${annotations.description}`.matchAll(/\$labels\.(\w+)/g)];
      const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) =>
        labels.split(/,\s*/),
      );
      const kept = grouped.length > 0 ? grouped : ['service', 'instance'];
      expect([alert, used.map(([, label]) => label).filter((label) => !kept.includes(label ?? ''))]).toEqual([
        alert,
        [],
      ]);
    }
  });
});

test('reading a query rejects invalid PromQL', () => {
  expect(() => readQuery('sum(rate(pics_x[5m])')).toThrow('invalid PromQL');
  expect(readQuery('max(pics_a{b="c"}) / pics_d').selectors).toEqual([
    { metric: 'pics_a', labels: ['b'] },
    { metric: 'pics_d', labels: [] },
  ]);
});

test('Prometheus and Grafana read the files where docker-compose.yml mounts them', () => {
  const { services } = parse(read('docker-compose.yml')) as {
    services: Record<string, { volumes?: string[]; ports?: string[] }>;
  };
  const mounts = (service: string) =>
    Object.fromEntries(
      (services[service]?.volumes ?? []).map((mount) => mount.split(':').slice(0, 2).toReversed()),
    );
  const prometheus = parse(read('ops/prometheus/prometheus.yml')) as {
    rule_files: string[];
    scrape_configs: { dns_sd_configs: { names: string[]; port: number }[] }[];
  };
  expect(mounts('prometheus')).toMatchObject({
    '/etc/prometheus': './ops/prometheus',
  });
  expect(prometheus.rule_files).toEqual(['/etc/prometheus/rules/*.yml']);
  const scraped = prometheus.scrape_configs.flatMap((job) =>
    job.dns_sd_configs.flatMap(({ names }) => names),
  );
  expect(scraped.toSorted()).toEqual(['board', 'fetcher', 'producer', 'writer']);
  const provider = parse(read('ops/grafana/provisioning/dashboards/pics.yml')) as {
    providers: { options: { path: string } }[];
  };
  expect(mounts('grafana')).toMatchObject({
    '/etc/grafana/provisioning': './ops/grafana/provisioning',
    [provider.providers[0]?.options.path ?? '']: './ops/grafana/dashboards',
  });
});
