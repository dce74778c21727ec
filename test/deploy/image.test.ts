import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isInBuildContext, readImage, ROOT } from './image.ts';

const image = readImage();

/** Parts that no container runs. */
const LEFT_OUT = ['apps/simulator'];

describe('the image', () => {
  test('installs the dependencies of every part that a container runs', () => {
    const manifests = globSync('{apps,packages}/*/package.json', { cwd: ROOT }).map(dirname);
    const copied = image.copies
      .flatMap(({ sources }) => sources)
      .filter((path) => path.endsWith('/package.json'));
    expect(copied.map(dirname).toSorted()).toEqual(
      manifests.filter((part) => !LEFT_OUT.includes(part)).toSorted(),
    );
  });

  test('has the Node and the pnpm that the bootstrap brings', () => {
    const toolchain = readFileSync(join(ROOT, 'scripts/toolchain.mjs'), 'utf8');
    const versionOf = (name: string) => new RegExp(`${name}_VERSION = '(.+)'`).exec(toolchain)?.[1];
    expect(new Set(image.bases)).toEqual(new Set([`node:${versionOf('NODE')}-bookworm-slim`]));
    expect(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')).toContain(`pnpm@${versionOf('PNPM')}`);
  });

  test('runs as an ordinary user, started by node itself', () => {
    expect(image.user).toBe('node');
    expect(image.command[0]).toBe('node');
  });
});

describe('the build context', () => {
  test.each([
    '.env',
    '.git/config',
    '.pics/postgres',
    'docs/metrics.md',
    'apps/simulator/src/main.ts',
    'id_rsa',
  ])('leaves %s outside', (path) => expect(isInBuildContext(path)).toBe(false));

  test.each([
    'packages/core/node_modules/zod',
    'apps/board/src/x.test.ts',
    'packages/steam/src/testing/a.ts',
  ])('leaves %s outside, although what is around it comes in', (path) =>
    expect(isInBuildContext(path)).toBe(false),
  );

  test.each([
    'package.json',
    'apps/board/browser/board.css',
    'packages/core/src/flow.ts',
    'migrations/x.sql',
  ])('lets %s in', (path) => expect(isInBuildContext(path)).toBe(true));
});
