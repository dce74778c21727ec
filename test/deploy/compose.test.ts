import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { settingSchemas } from '../../packages/service/src/settings.ts';
import { ROOT } from './image.ts';

const serviceSchema = z.object({
  image: z.string(),
  build: z.object({ context: z.string() }).optional(),
  networks: z.array(z.string()).default([]),
  init: z.boolean().default(false),
  mem_limit: z.string().optional(),
  profiles: z.array(z.string()).default([]),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).default({}),
  depends_on: z
    .record(z.string(), z.object({ condition: z.string(), required: z.boolean().default(true) }))
    .default({}),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  stop_grace_period: z.string().optional(),
  read_only: z.boolean().default(false),
  cap_drop: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
});
const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
const { services } = z
  .object({ services: z.record(z.string(), serviceSchema) })
  .parse(parse(text, { merge: true }));

const ours = Object.entries(services).filter(([, { image }]) =>
  image.startsWith('${PICS_IMAGE:-pics-mirror}:'),
);
const running = ours.filter(([name]) => name !== 'migrate');
const seconds = (text = '') => Number(/^(\d+)s$/.exec(text)?.[1] ?? Number.NaN);

describe('docker-compose.yml', () => {
  test('runs the four services from one image that is built once', () => {
    expect(running.map(([name]) => name)).toEqual(['producer', 'fetcher', 'writer', 'board']);
    expect(ours.filter(([, { build }]) => build).map(([name]) => name)).toEqual(['migrate']);
  });

  test.each(ours)('starts %s below an init, from a file that exists', (_name, { command, init }) => {
    expect([command[0], init]).toEqual(['node', true]);
    expect(existsSync(join(ROOT, command[1] ?? ''))).toBe(true);
  });

  test.each(ours)('sets only variables for %s that services read', (_name, { environment }) => {
    const own = Object.keys(environment).filter((name) => name !== 'NODE_EXTRA_CA_CERTS');
    expect(Object.keys(settingSchemas)).toEqual(expect.arrayContaining(own));
  });

  test.each(ours)(
    'runs %s on a read-only file system without capabilities',
    (_name, { read_only, cap_drop }) => {
      expect([read_only, cap_drop]).toEqual([true, ['ALL']]);
    },
  );

  test.each(running)('gives %s more time to stop than it takes to drain', (_name, { stop_grace_period }) => {
    expect(seconds(stop_grace_period) * 1_000).toBeGreaterThan(
      settingSchemas.DRAIN_TIMEOUT_MS.parse(undefined),
    );
  });

  test.each(running)('starts %s after the migration and checks its health', (_name, service) => {
    expect(service.depends_on).toMatchObject({
      migrate: { condition: 'service_completed_successfully' },
      redis: { condition: 'service_healthy', required: false },
    });
    const script = service.healthcheck?.test.at(-1) ?? '';
    expect(service.healthcheck?.test.slice(0, 3)).toEqual(['CMD', 'node', '-e']);
    // oxlint-disable-next-line no-new -- it is parsed, and throws when it does not
    expect(() => new Script(script)).not.toThrow();
    expect(script).toContain(`:${service.environment['PORT']}/healthz`);
  });

  test('passes every setting to at least one service', () => {
    const passed = new Set(running.flatMap(([, { environment }]) => Object.keys(environment)));
    // Draining has to fit the grace above.
    const own = ['DRAIN_TIMEOUT_MS'];
    expect(Object.keys(settingSchemas).filter((name) => !passed.has(name))).toEqual(own);
  });

  test('gives fetchers no access to Postgres', () => {
    expect(services['fetcher']?.environment).not.toHaveProperty('DATABASE_URL');
    expect(services['fetcher']?.networks).toEqual(['queues']);
    expect(services['postgres']?.networks).toEqual(['database']);
  });

  test('limits the memory of everything that runs, and has no default password', () => {
    const limited = [
      ...running,
      ['postgres', services['postgres']],
      ['redis', services['redis']],
    ] as typeof running;
    for (const [name, { mem_limit }] of limited)
      expect([name, mem_limit]).toEqual([name, expect.any(String)]);
    expect(text).not.toMatch(/PASSWORD:-[^}]/);
  });

  test('runs a Redis that never evicts keys and persists its data', () => {
    const { command = [], volumes = [] } = services['redis'] ?? {};
    expect(command.join(' ')).toMatch(/--appendonly yes .*--maxmemory-policy noeviction/);
    expect(volumes).toContain('redis:/data');
  });

  test('publishes ports on loopback only, and the board only with a password', () => {
    const published = Object.values(services).flatMap(({ ports }) => ports);
    expect(published.length).toBeGreaterThan(0);
    for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:/);
    expect(services['board']?.environment['BOARD_PASSWORD']).toMatch(/^\$\{BOARD_PASSWORD:\?/);
  });

  test.each([
    ['databases', ['postgres', 'redis']],
    ['monitoring', ['prometheus', 'grafana']],
    ['simulate', ['simulator']],
  ])('runs only with the profile %s: %s', (profile, names) => {
    const chosen = Object.entries(services).filter(([, { profiles }]) => profiles.includes(profile));
    expect(chosen.map(([name]) => name)).toEqual(names);
  });
});
