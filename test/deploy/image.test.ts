import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NODE_PACKAGES, PNPM_PACKAGES } from '../../scripts/toolchain.mjs';
import { isInBuildContext, readImage, ROOT } from './image.ts';

const image = readImage();

describe('the image', () => {
  test('installs the dependencies of every part that containers run', () => {
    const manifests = globSync('{apps,packages}/*/package.json', { cwd: ROOT }).map(dirname);
    const copied = image.copies
      .flatMap(({ sources }) => sources)
      .filter((path) => path.endsWith('/package.json'));
    expect(copied.map(dirname).toSorted()).toEqual(manifests.toSorted());
  });

  test('uses the same Node and pnpm versions as the bootstrap', () => {
    const node = NODE_PACKAGES['linux-x64']?.version;
    const pnpm = PNPM_PACKAGES['linux-x64']?.version;
    expect(image.bases).toEqual([`node:${node}-bookworm-slim`, 'debian:bookworm-slim']);
    expect(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')).toContain(`pnpm@${pnpm}`);
  });

  test('runs node as process 1 and as an ordinary user', () => {
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
    'tools/local/src/entry.ts',
    'apps/board/.env',
    'packages/core/src/id_rsa.pem',
    'migrations/dump.sql.gz',
    'id_rsa',
  ])('excludes %s', (path) => expect(isInBuildContext(path)).toBe(false));

  test.each([
    'packages/core/node_modules/zod',
    'apps/board/src/x.test.ts',
    'packages/steam/src/testing/a.ts',
  ])('excludes %s within an included folder', (path) => expect(isInBuildContext(path)).toBe(false));

  test.each([
    'package.json',
    'apps/board/browser/board.css',
    'packages/core/src/flow.ts',
    'migrations/x.sql',
    'scripts/main.cjs',
    'tools/simulator/src/protocol/steam.proto',
  ])('includes %s', (path) => expect(isInBuildContext(path)).toBe(true));
});
