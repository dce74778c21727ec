import { globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { settingSchemas } from '../packages/service/src/settings.ts';

const ROOT = resolve(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Settings of `up` alone, which no service reads. */
const LOCAL_SETTINGS = ['PICS_DATA_DIR'];

describe('.env.example', () => {
  const examples = new Map(
    [...read('.env.example').matchAll(/^#([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );

  test('names every setting there is, and no other', () => {
    const names = [...Object.keys(settingSchemas), ...LOCAL_SETTINGS];
    expect([...examples.keys()].toSorted()).toEqual(names.toSorted());
  });

  test.each(Object.entries(settingSchemas))('shows the default of %s', (name, schema) => {
    const example = examples.get(name) ?? '';
    const unset = schema.parse(undefined);
    if (unset === undefined || Array.isArray(unset)) return;
    expect(schema.parse(example)).toEqual(unset);
  });
});

describe('the image', () => {
  const dockerfile = read('Dockerfile');

  test('installs the dependencies of every part', () => {
    const manifests = globSync('{apps,packages}/*/package.json', { cwd: ROOT }).map(dirname);
    const copied = manifests.filter((part) => dockerfile.includes(`COPY ${part}/package.json ${part}/\n`));
    expect(copied.toSorted()).toEqual(manifests.toSorted());
  });

  test('runs with the Node and the pnpm that the bootstrap brings', () => {
    const toolchain = read('scripts/toolchain.mjs');
    const versionOf = (name: string) => new RegExp(`${name}_VERSION = '(.+)'`).exec(toolchain)?.[1];
    const images = [...dockerfile.matchAll(/^FROM node:([\d.]+)-/gm)].map((match) => match[1]);
    expect(new Set(images)).toEqual(new Set([versionOf('NODE')]));
    expect(dockerfile).toContain(`pnpm@${versionOf('PNPM')}`);
  });
});

test('docker-compose.yml sets nothing that no service reads', () => {
  const compose = read('docker-compose.yml').replaceAll(/POSTGRES_(USER|DB|PASSWORD): .*/g, '');
  const set = [...compose.matchAll(/^ {6}([A-Z][A-Z_]+):/gm)].map((match) => match[1]);
  expect(set.length).toBeGreaterThan(0);
  expect(Object.keys(settingSchemas)).toEqual(expect.arrayContaining(set));
});

test('railway.json holds only what every service shares', () => {
  const { build, deploy } = JSON.parse(read('railway.json')) as Record<
    'build' | 'deploy',
    Record<string, unknown>
  >;
  expect(deploy).not.toHaveProperty('startCommand');
  expect(build['dockerfilePath']).toBe('Dockerfile');
  // Longer than a service may take to drain.
  expect(Number(deploy['drainingSeconds']) * 1000).toBeGreaterThan(
    settingSchemas.DRAIN_TIMEOUT_MS.parse(undefined),
  );
});
