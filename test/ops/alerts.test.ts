import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { findPromtool } from '../support/promtool.ts';
import { readRules } from './read-ops.ts';

const ROOT = join(import.meta.dirname, '../..');
const promtool = await findPromtool();

interface Test {
  promql_expr_test: { expr: string; exp_samples: object[] }[];
}
const { tests } = parse(readFileSync(join(import.meta.dirname, 'alerts.yml'), 'utf8')) as { tests: Test[] };
const cases = tests.flatMap((unit) => unit.promql_expr_test);
const rules = readRules();
const alerts = rules.flatMap(({ rules: { groups } }) => groups.flatMap((group) => group.rules));
const runbook = readFileSync(join(ROOT, 'docs/runbook.md'), 'utf8');

test.skipIf(!promtool)('the alerts fire and stay silent as test/ops/alerts.yml says', () => {
  const { status, stdout, stderr } = spawnSync(promtool ?? '', ['test', 'rules', 'test/ops/alerts.yml'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect([status, `${stdout}${stderr}`]).toEqual([0, expect.stringContaining('SUCCESS')]);
});

test.skipIf(!promtool)('Prometheus accepts its configuration and the rules', () => {
  const files = rules.map(({ file }) => file);
  for (const args of [
    ['check', 'rules', ...files],
    ['check', 'config', '--syntax-only', 'ops/prometheus/prometheus.yml'],
  ]) {
    const { status, stdout, stderr } = spawnSync(promtool ?? '', args, { cwd: ROOT, encoding: 'utf8' });
    expect([status, `${stdout}${stderr}`]).toEqual([0, expect.stringContaining('SUCCESS')]);
  }
});

describe.each(alerts)('$alert', ({ alert, annotations }) => {
  const own = cases.filter(({ expr }) => expr.includes(`alertname="${alert}"`));

  test('has a case in which it fires and one in which it is silent', () => {
    expect(own.some(({ exp_samples }) => exp_samples.length > 0)).toBe(true);
    expect(own.some(({ exp_samples }) => exp_samples.length === 0)).toBe(true);
  });

  test('links to its paragraph in docs/runbook.md, which says what it means, where to look and what to do', () => {
    expect(annotations.runbook).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
    const section = runbook.split(/^## /m).find((text) => text.startsWith(`${alert}\n`)) ?? '';
    expect(section).toMatch(/\*\*It means\*\*[^]+\*\*Look at\*\*[^]+\*\*Do\*\*/);
  });
});

test('docs/runbook.md has no paragraph about an alert that does not exist', () => {
  const described = [...runbook.matchAll(/^## (Pics\w+)$/gm)].map(([, alert]) => alert);
  expect(described).toEqual(alerts.map(({ alert }) => alert));
});
