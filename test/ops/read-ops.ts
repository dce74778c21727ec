import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import { z } from 'zod';

const ROOT = resolve(import.meta.dirname, '../..');

/** A PromQL query in `ops/` and its selectors. */
export interface Query {
  query: string;
  selectors: { metric: string; labels: string[] }[];
}

/** A dashboard, or a file of alert rules. */
export interface OpsFile {
  file: string;
  title: string;
  queries: Query[];
}

const panel = z.object({
  id: z.int(),
  title: z.string().min(1),
  type: z.string(),
  description: z.string().optional(),
  datasource: z.object({ type: z.literal('prometheus'), uid: z.literal('${datasource}') }).optional(),
  gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
  targets: z.array(z.object({ refId: z.string(), expr: z.string() })).optional(),
});
const dashboard = z.object({
  uid: z.string().min(1),
  title: z.string(),
  schemaVersion: z.int(),
  templating: z.object({ list: z.array(z.object({ name: z.string(), type: z.literal('datasource') })) }),
  panels: z.array(panel),
});
const rules = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string(),
          expr: z.string(),
          for: z.string().optional(),
          labels: z.object({ severity: z.enum(['critical', 'warning', 'info']) }),
          annotations: z.object({ summary: z.string(), description: z.string(), runbook: z.string() }),
        }),
      ),
    }),
  ),
});

export type Dashboard = z.infer<typeof dashboard>;
export type Rules = z.infer<typeof rules>;

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const find = (pattern: string) => globSync(pattern, { cwd: ROOT }).toSorted();

export function readDashboards(): { file: string; dashboard: Dashboard }[] {
  return find('ops/grafana/dashboards/*.json').map((file) => ({
    file,
    dashboard: dashboard.parse(JSON.parse(read(file))),
  }));
}

export function readRules(): { file: string; rules: Rules }[] {
  return find('ops/prometheus/rules/*.yml').map((file) => ({ file, rules: rules.parse(parse(read(file))) }));
}

/** Returns every file of `ops/` that queries Prometheus. */
export function readOpsFiles(): OpsFile[] {
  const dashboards = readDashboards().map(({ file, dashboard }) => ({
    file,
    title: `the dashboard ${dashboard.title}`,
    queries: dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => readQuery(expr))),
  }));
  const alerts = readRules().map(({ file, rules }) => ({
    file,
    title: `the rules of ${file}`,
    queries: rules.groups.flatMap((group) => group.rules.map(({ expr }) => readQuery(expr))),
  }));
  return [...dashboards, ...alerts];
}

/**
 * Parses a query with Prometheus' own grammar.
 *
 * @throws Error when it does not parse.
 */
export function readQuery(query: string): Query {
  // Grafana replaces this variable.
  const text = query.replaceAll('$__rate_interval', '5m');
  const selectors: Query['selectors'] = [];
  parser.parse(text).iterate({
    enter: ({ name, type, from, to, node }) => {
      if (type.isError) throw new Error(`invalid PromQL at ${from}: ${query}`);
      if (name === 'VectorSelector') {
        const identifier = node.getChild('Identifier');
        if (!identifier) throw new Error(`selector without a metric: ${query}`);
        selectors.push({ metric: text.slice(identifier.from, identifier.to), labels: [] });
      }
      const inMatcher = node.parent?.name === 'UnquotedLabelMatcher';
      if (name === 'LabelName' && inMatcher) selectors.at(-1)?.labels.push(text.slice(from, to));
    },
  });
  return { query, selectors };
}
