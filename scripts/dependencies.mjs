import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { withLock } from './lock.mjs';
import { Problem } from './problem.mjs';
import { runQuietly } from './run.mjs';
import { findNode, installPnpm } from './toolchain.mjs';

const STAMP_FILE = 'node_modules/.bootstrap-stamp';

/**
 * Reads what was installed: the hash, and the Node it was installed for.
 *
 * @param {string} root
 */
function readStamp(root) {
  const file = join(root, STAMP_FILE);
  if (!existsSync(file)) return undefined;
  const [hash = '', node = ''] = readFileSync(file, 'utf8').split('\n');
  return { hash, node };
}

/**
 * Finds the Node that the dependencies were installed for, and installs nothing. Dependencies without a stamp were installed
 * with pnpm, as in the image.
 *
 * @param {string} root
 * @throws Problem when something is missing or out of date, with what to run.
 */
export function findInstallation(root) {
  const installed = readStamp(root);
  const node = installed ? installed.node : findNode(root);
  const isComplete = installed ? installed.hash === stamp(root, installed.node) : existsSync(join(root, CLI));
  if (node && isComplete && existsSync(node)) return node;
  const reason = installed
    ? 'The installed dependencies of pics are out of date.'
    : 'The dependencies of pics are not installed yet.';
  throw new Problem(
    `${reason} In ${root}, run one of:\n` +
      '  npm start                 installs them and starts everything\n' +
      '  npm run pics -- --help    only installs them',
  );
}

/** Exists once the dependencies of the command line are installed. */
const CLI = 'apps/cli/node_modules';

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
  const current = stamp(root, node);
  const isInstalled = () => readStamp(root)?.hash === current;
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
    writeFileSync(join(root, STAMP_FILE), `${current}\n${node}\n`);
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
