import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { withLock } from './lock.mjs';
import { Problem } from './problem.mjs';
import { runQuietly } from './run.mjs';
import { installPnpm } from './toolchain.mjs';

/**
 * Installs the locked dependencies with the given Node, unless they are installed already.
 *
 * A stamp in node_modules records what was installed, so that later starts only read a few files. It is written last: an
 * interrupted installation is repeated.
 *
 * @param {string} root
 * @param {string} node
 */
export async function installDependencies(root, node) {
  const stampFile = join(root, 'node_modules', '.bootstrap-stamp');
  const current = stamp(root, node);
  const isInstalled = () => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === current;
  if (isInstalled()) return;

  const pnpm = await installPnpm(root);
  await withLock(join(root, '.cache', 'bootstrap.lock'), async () => {
    if (isInstalled()) return;
    console.error('Installing dependencies …');
    const env = {
      ...process.env,
      // Install scripts must run with the Node that runs their results.
      PATH: dirname(node) + delimiter + process.env['PATH'],
      // Makes pnpm non-interactive.
      CI: 'true',
    };
    const result = await runQuietly(pnpm, ['install', '--frozen-lockfile'], { cwd: root, env });
    if (result.code !== 0) {
      throw new Problem(
        `${result.output}\n\nThe dependencies could not be installed. Check the connection (or the proxy and registry ` +
          'in your npm settings) and the free disk space, and start again.',
      );
    }
    writeFileSync(stampFile, current);
  });
}

/**
 * Hashes what node_modules depends on: the lockfile, every manifest, and the Node that ran the install scripts.
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
