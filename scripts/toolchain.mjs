import { existsSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { withLock } from './lock.mjs';
import { Problem } from './problem.mjs';
import { runQuietly } from './run.mjs';

/** The Node that is installed. Pinned, so that every machine without a newer one runs the same. */
const NODE_VERSION = '24.21.0';
/** From 24.3 on, Node runs the TypeScript sources as they are without a warning on every start. */
const OLDEST_MAJOR = 24;
const OLDEST_MINOR = 3;
const PNPM_VERSION = '12.21.0';
const NODE_PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

/**
 * Returns the path of a Node that runs this project: the current one if it is new enough, otherwise one that is installed
 * from npm into `.cache`.
 *
 * @param {string} root
 */
export async function installNode(root) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_MAJOR || (major === OLDEST_MAJOR && minor >= OLDEST_MINOR)) return process.execPath;

  const platform = `${process.platform}-${process.arch}`;
  const advice = `Install Node ${OLDEST_MAJOR} yourself (nvm, fnm, or a system package) and start again.`;
  if (!NODE_PLATFORMS.includes(platform)) {
    throw new Problem(`Node ${OLDEST_MAJOR} is required, and npm has no package for ${platform}. ${advice}`);
  }
  const title = `Node ${NODE_VERSION}`;
  return await install(root, {
    name: `node-${platform}`,
    version: NODE_VERSION,
    title,
    entry: join('bin', 'node'),
    advice,
    check: async (entry) => {
      const { code, output } = await runQuietly(entry, ['--version']).catch(cannotStart);
      if (code !== 0) throw new Problem(`${output}\n\n${title} from npm does not run here. ${advice}`);
    },
  });
}

/**
 * Returns the path of pnpm's entry for Node, in the version that wrote the lockfile.
 *
 * @param {string} root
 */
export async function installPnpm(root) {
  return await install(root, {
    name: 'pnpm',
    version: PNPM_VERSION,
    title: `pnpm ${PNPM_VERSION}`,
    entry: join('bin', 'pnpm.mjs'),
    advice: 'Check the connection (or the proxy and registry in your npm settings) and start again.',
  });
}

/**
 * A package of the toolchain.
 *
 * @typedef {object} Tool
 * @property {string} name of the npm package
 * @property {string} version exactly this one
 * @property {string} title for people
 * @property {string} entry the file to run
 * @property {string} advice what to do when it cannot be installed
 * @property {(entry: string) => Promise<void>} [check] throws when it does not run on this machine
 */

/**
 * Returns the path of a tool's entry and installs the tool from npm if it is missing.
 *
 * It is installed in another folder and moved when complete, so that an interrupted installation is never used.
 *
 * @param {string} root
 * @param {Tool} tool
 */
async function install(root, { name, version, title, entry, advice, check }) {
  const home = join(root, '.cache', 'toolchain', `${name}-${version}`);
  const inside = join('node_modules', name, entry);
  const file = join(home, inside);
  if (existsSync(file)) return file;

  return await withLock(join(root, '.cache', 'bootstrap.lock'), async () => {
    if (existsSync(file)) return file;
    console.error(`Installing ${title} …`);
    const unfinished = `${home}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    const [npm, ...npmArgs] = findNpm();
    const command = ['install', `--prefix=${unfinished}`, '--no-save', '--no-package-lock'];
    const quiet = ['--no-audit', '--no-fund', '--no-update-notifier'];
    const args = [...npmArgs, ...command, ...quiet, `${name}@${version}`];
    const { code, output } = await runQuietly(npm, args).catch(cannotStart);
    if (code !== 0 || !existsSync(join(unfinished, inside))) {
      throw new Problem(`${output}\n\n${title} could not be installed from npm. ${advice}`);
    }
    await check?.(join(unfinished, inside));
    rmSync(home, { recursive: true, force: true });
    renameSync(unfinished, home);
    return file;
  });
}

/** @param {Error} error */
function cannotStart(error) {
  return { code: 1, output: error.message };
}

/**
 * Returns the npm of the running Node as a command: the one that started this process, or the one installed beside Node.
 *
 * @returns {[command: string, ...args: string[]]}
 */
function findNpm() {
  const candidates = [
    process.env['npm_execpath'] ?? '',
    resolve(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js'),
    '/usr/share/nodejs/npm/bin/npm-cli.js',
  ];
  const cli = candidates.find((path) => basename(path) === 'npm-cli.js' && existsSync(path));
  return cli ? [process.execPath, cli] : ['npm'];
}
