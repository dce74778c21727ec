import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRailwayContext, project, type ServiceNode } from 'railway/iac';
import { describe, expect, test } from 'vitest';
import railway from '../../.railway/railway.ts';
import { createProgram } from '../../apps/cli/src/program.ts';
import { ROOT } from './image.ts';

const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT }).map((file) => ({
  file,
  text: readFileSync(join(ROOT, file), 'utf8'),
}));
const railwayPage = pages.find(({ file }) => file === 'docs/deploy-railway.md')?.text ?? '';

describe.each(pages)('$file', ({ file, text }) => {
  test('names only pics commands that exist', async () => {
    const known = (await createProgram()).commands.map((command) => command.name());
    const named = [...text.matchAll(/(?:apps\/cli\/src\/main\.ts|(?<=[`(]|^|\.\/)pics) ([a-z]+)/gm)].map(
      ([, name]) => name,
    );
    expect(named.filter((name) => name !== undefined && !known.includes(name))).toEqual([]);
  });

  test('names only files that exist', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g)].map(([, path = '']) =>
      join(dirname(file), path),
    );
    const programs = [...text.matchAll(/\bnode ((?:apps|scripts|tools)\/[\w./-]+\.\w+)/g)].map(
      ([, path = '']) => path,
    );
    const named = [...text.matchAll(/`((?:apps|packages|tools|migrations|test|docs)\/[\w./-]*)`/g)].map(
      ([, path = '']) => path,
    );
    expect([...links, ...programs, ...named].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe('docs/deploy-railway.md', () => {
  test('lists the services, commands and replicas of .railway/railway.ts', async () => {
    const { resources = [] } = await railway(createRailwayContext(), project);
    const services = resources
      .flat()
      .filter((resource): resource is ServiceNode => resource.type === 'service');
    const rows = [...railwayPage.matchAll(/^\| (\w+) \| `(node [^`]+)` \| [^|]+ \| (\d+)/gm)];
    expect(rows.map(([, name, command, replicas]) => [name, command, Number(replicas)])).toEqual(
      services.map(({ name, deploy }) => [name, deploy?.startCommand, deploy?.numReplicas ?? 1]),
    );
  });

  test('lists every shared variable that must be set', async () => {
    const { resources = [] } = await railway(createRailwayContext(), project);
    const services = resources
      .flat()
      .filter((resource): resource is ServiceNode => resource.type === 'service');
    const variables = services.flatMap((service) => Object.values(service.variables ?? {}));
    const shared = new Set(
      variables.flatMap((value) =>
        value.type === 'literal' ? (/^\$\{\{shared\.(\w+)\}\}$/.exec(String(value.value))?.[1] ?? []) : [],
      ),
    );
    const named = [...railwayPage.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name);
    expect(new Set(named)).toEqual(shared);
  });
});
