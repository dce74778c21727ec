import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { settingSchemas } from '../../packages/service/src/settings.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Settings that only `npm start` or docker-compose.yml reads. */
const OTHER_SETTINGS = [
  'PICS_DATA_DIR',
  'POSTGRES_PASSWORD',
  'BOARD_PORT',
  'PROMETHEUS_PORT',
  'GRAFANA_PORT',
];

describe('.env.example', () => {
  const text = readFileSync(join(ROOT, '.env.example'), 'utf8');
  const examples = new Map(
    [...text.matchAll(/^#([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );

  test('lists every setting and no others', () => {
    const names = [...Object.keys(settingSchemas), ...OTHER_SETTINGS];
    expect([...examples.keys()].toSorted()).toEqual(names.toSorted());
  });

  test('lists every variable that docker-compose.yml uses', () => {
    const compose = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
    const variables = [...compose.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name);
    expect(variables.length).toBeGreaterThan(0);
    expect([...examples.keys()]).toEqual(expect.arrayContaining(variables));
  });

  test.each(Object.entries(settingSchemas))('shows the default of %s', (name, schema) => {
    const example = examples.get(name) ?? '';
    const unset = schema.parse(undefined);
    if (unset === undefined || Array.isArray(unset)) return;
    expect(schema.parse(example)).toEqual(unset);
  });
});
