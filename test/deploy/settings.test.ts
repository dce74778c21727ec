import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { settingSchemas } from '../../packages/service/src/settings.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Settings that only `npm start` or docker-compose.yml reads. */
const OTHER_SETTINGS = [
  'PICS_DATA_DIR',
  'COMPOSE_PROFILES',
  'FETCHERS',
  'PICS_IMAGE',
  'PICS_VERSION',
  'PICS_PULL_POLICY',
  'NODE_EXTRA_CA_CERTS',
  'POSTGRES_PASSWORD',
  'BOARD_PORT',
  'PROMETHEUS_PORT',
  'GRAFANA_PORT',
];

describe('.env.example', () => {
  const text = readFileSync(join(ROOT, '.env.example'), 'utf8');
  const examples = new Map(
    [...text.matchAll(/^#?([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );

  test('lists every setting and no others', () => {
    const names = [...Object.keys(settingSchemas), ...OTHER_SETTINGS];
    expect([...examples.keys()].toSorted()).toEqual(names.toSorted());
  });

  test('lists every variable that docker-compose.yml uses, but for those of the simulator', () => {
    const simulated = readFileSync(join(ROOT, 'simulate.env'), 'utf8').matchAll(/^([A-Z_]+)=/gm);
    const compose = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
    const variables = [...compose.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name);
    expect(variables.length).toBeGreaterThan(0);
    const listed = [...examples.keys(), ...[...simulated].map(([, name]) => name)];
    expect(listed).toEqual(expect.arrayContaining(variables));
  });

  test.each(Object.entries(settingSchemas))('shows the default of %s', (name, schema) => {
    const example = examples.get(name) ?? '';
    const unset = schema.parse(undefined);
    if (unset === undefined || Array.isArray(unset)) return;
    expect(schema.parse(example)).toEqual(unset);
  });
});
