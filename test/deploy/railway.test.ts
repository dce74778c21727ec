import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRailwayContext, project, validateGraph, type ServiceNode } from 'railway/iac';
import { describe, expect, test } from 'vitest';
import railway from '../../.railway/railway.ts';
import { settingSchemas } from '../../packages/service/src/settings.ts';
import { ROOT } from './image.ts';

const definition = await railway(createRailwayContext({ environment: 'production' }), project);
const resources = (definition.resources ?? []).flat();
const services = resources.filter((resource): resource is ServiceNode => resource.type === 'service');
const named = services.map((service) => [service.name, service] as const);

const shared = JSON.parse(readFileSync(join(ROOT, 'railway.json'), 'utf8')) as {
  build: Record<string, unknown>;
  deploy: Record<string, unknown>;
};

describe('.railway/railway.ts', () => {
  test('describes Redis and four services in a way that Railway accepts', () => {
    const graph = {
      version: 1 as const,
      project: { name: definition.name },
      environments: [],
      resources,
      edges: [],
    };
    expect(validateGraph(graph)).toEqual([]);
    expect(resources.map(({ name }) => name)).toEqual(['redis', 'producer', 'fetcher', 'writer', 'board']);
  });

  test.each(named)('agrees with railway.json about %s', (_name, { build, deploy }) => {
    expect(build).toEqual(shared.build);
    expect(deploy).toMatchObject(shared.deploy);
  });

  test.each(named)('starts %s as process 1 from a file that exists', (_name, { deploy }) => {
    const [program, file = ''] = deploy?.startCommand?.split(' ') ?? [];
    expect(program).toBe('node');
    expect(existsSync(join(ROOT, file))).toBe(true);
  });

  test.each(named)('sets only variables for %s that services or Node read', (_name, { variables = {} }) => {
    const node = ['NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS'];
    expect([...Object.keys(settingSchemas), ...node]).toEqual(expect.arrayContaining(Object.keys(variables)));
  });

  test.each(named)(
    'deletes no setting of %s that was set by hand: it sets or keeps each of them',
    (_name, { variables = {} }) => {
      const settings = Object.keys(settingSchemas).filter((name) => name !== 'DATABASE_URL');
      expect(Object.keys(variables)).toEqual(expect.arrayContaining(settings));
      expect(variables['METRICS_TOKEN']).toEqual({ type: 'preserve' });
    },
  );

  test('needs nothing from the CLI: it is evaluated by a plain Node, with an empty context', () => {
    const script = `const { default: define } = await import(process.argv[1]);
      console.log(JSON.stringify(await define({})));`;
    const file = join(ROOT, '.railway/railway.ts');
    const evaluated = spawnSync(process.execPath, ['--input-type=module', '--eval', script, file], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
    });
    expect(evaluated.stderr).toBe('');
    expect(JSON.parse(evaluated.stdout)).toEqual(JSON.parse(JSON.stringify(definition)));
  });

  test.each(named)(
    'migrates before it starts %s, except for fetchers, which have no database',
    (_name, service) => {
      const migrates = service.deploy?.preDeployCommand?.join() === 'node apps/cli/src/main.ts migrate';
      expect('DATABASE_URL' in (service.variables ?? {})).toBe(migrates);
      expect(migrates).toBe(service.name !== 'fetcher');
    },
  );

  test('runs two fetchers and one replica of the other services', () => {
    const replicas = Object.fromEntries(named.map(([name, { deploy }]) => [name, deploy?.numReplicas ?? 1]));
    expect(replicas).toEqual({ producer: 1, fetcher: 2, writer: 1, board: 1 });
  });

  test('contains no secrets and references those of the project', () => {
    const board = services.find(({ name }) => name === 'board');
    expect(board?.variables).toMatchObject({
      DATABASE_URL: { type: 'literal', value: '${{shared.DATABASE_URL}}' },
      BOARD_PASSWORD: { type: 'literal', value: '${{shared.BOARD_PASSWORD}}' },
    });
  });
});

describe('railway.json', () => {
  test('contains only what all services share', () => {
    expect(shared.deploy).not.toHaveProperty('startCommand');
    expect(shared.deploy).not.toHaveProperty('preDeployCommand');
  });

  test('gives services more time to stop than they take to drain', () => {
    const drainMs = settingSchemas.DRAIN_TIMEOUT_MS.parse(undefined);
    expect(Number(shared.deploy['drainingSeconds']) * 1_000).toBeGreaterThan(drainMs);
  });
});
