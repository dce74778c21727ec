import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { withLock } from './lock.mjs';
import { Problem } from './problem.mjs';
import { runQuietly } from './run.mjs';
import { bringPnpm } from './toolchain.mjs';

/**
 * Brings node_modules to what the lockfile says, with the given Node.
 *
 * A stamp in node_modules remembers what it was made from, so that a later start costs a few file reads. The stamp is
 * written last: an installation that was cut short is simply done again.
 *
 * @param {string} root
 * @param {string} node
 */
export async function bringDependencies(root, node) {
  const stampFile = join(root, 'node_modules', '.bootstrap-stamp');
  const wanted = stamp(root, node);
  const present = () => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted;
  if (present()) return;

  const pnpm = await bringPnpm(root);
  await withLock(join(root, '.cache', 'bootstrap.lock'), async () => {
    if (present()) return;
    console.error('Bringing the locked dependencies …');
    const env = {
      ...process.env,
      // Install scripts call `node`, and it must be the one that will run what they make.
      PATH: dirname(node) + delimiter + process.env['PATH'],
      // With it pnpm never asks a question that nobody would see.
      CI: 'true',
    };
    const result = await runQuietly(node, [pnpm, 'install', '--frozen-lockfile'], { cwd: root, env });
    if (result.code !== 0) {
      throw new Problem(
        `${result.output}\n\nThe dependencies could not be installed. Check the connection (or the proxy and registry ` +
          'of your npm settings) and the space on the disk, and start again.',
      );
    }
    writeFileSync(stampFile, wanted);
  });
}

/**
 * What node_modules depends on, as one hash: the lockfile, every manifest, and the Node its install scripts ran with.
 *
 * @param {string} root
 * @param {string} node
 */
export function stamp(root, node) {
  const hash = createHash('sha256').update(`${node} ${process.platform} ${process.arch}`);
  const manifests = ['apps', 'packages', 'tools']
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name, 'package.json')))
    .filter((file) => existsSync(join(root, file)))
    .sort((a, b) => (a < b ? -1 : 1));
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests]) {
    hash.update(`\n${file}\n`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}
