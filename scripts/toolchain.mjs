import { existsSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { withLock } from './lock.mjs';
import { Problem } from './problem.mjs';
import { runQuietly } from './run.mjs';

/** The Node that is brought. Pinned, so that every machine without a newer one runs the same. */
const NODE_VERSION = '24.21.0';
/** From 24.3 on, Node runs the TypeScript sources as they are without a warning on every start. */
const OLDEST_MAJOR = 24;
const OLDEST_MINOR = 3;
const PNPM_VERSION = '12.21.0';
const NODE_PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

/**
 * The path of a Node that runs this project: the present one when it is new enough, else one brought from npm into
 * `.cache`, where it concerns nothing else on this machine.
 *
 * @param {string} root
 */
export async function bringNode(root) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_MAJOR || (major === OLDEST_MAJOR && minor >= OLDEST_MINOR)) return process.execPath;

  const platform = `${process.platform}-${process.arch}`;
  const waysOut = `Install Node ${OLDEST_MAJOR} yourself (nvm, fnm, your system’s packages) and start again.`;
  if (!NODE_PLATFORMS.includes(platform)) {
    throw new Problem(`Node ${OLDEST_MAJOR} is needed, and npm has none for ${platform}. ${waysOut}`);
  }
  const title = `Node ${NODE_VERSION}`;
  return await bring(root, {
    name: `node-${platform}`,
    version: NODE_VERSION,
    title,
    entry: join('bin', 'node'),
    waysOut,
    check: async (entry) => {
      const { code, output } = await runQuietly(entry, ['--version']).catch(cannotStart);
      if (code !== 0) throw new Problem(`${output}\n\n${title} from npm does not run here. ${waysOut}`);
    },
  });
}

/**
 * The path of pnpm's entry, to be run with Node. It is the version that wrote the lockfile.
 *
 * @param {string} root
 */
export async function bringPnpm(root) {
  return await bring(root, {
    name: 'pnpm',
    version: PNPM_VERSION,
    title: `pnpm ${PNPM_VERSION}`,
    entry: join('bin', 'pnpm.mjs'),
    waysOut: 'Check the connection (or the proxy and registry of your npm settings) and start again.',
  });
}

/**
 * A package of the toolchain.
 *
 * @typedef {object} Tool
 * @property {string} name of the npm package
 * @property {string} version exactly this one
 * @property {string} title for people
 * @property {string} entry the file in the package that is wanted
 * @property {string} waysOut what to do when it cannot be brought
 * @property {(entry: string) => Promise<void>} [check] throws when what was brought does not run here
 */

/**
 * The path of a tool's entry, installed from npm unless it is there.
 *
 * It is installed beside its place and moved there when complete: a start that was killed half-way leaves nothing that
 * the next one could take for a whole package.
 *
 * @param {string} root
 * @param {Tool} tool
 */
async function bring(root, { name, version, title, entry, waysOut, check }) {
  const home = join(root, '.cache', 'toolchain', `${name}-${version}`);
  const inside = join('node_modules', name, entry);
  const wanted = join(home, inside);
  if (existsSync(wanted)) return wanted;

  return await withLock(join(root, '.cache', 'bootstrap.lock'), async () => {
    if (existsSync(wanted)) return wanted;
    console.error(`Bringing ${title} …`);
    const unfinished = `${home}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    const [npm, ...npmArgs] = findNpm();
    const install = ['install', `--prefix=${unfinished}`, '--no-save', '--no-package-lock'];
    const quiet = ['--no-audit', '--no-fund', '--no-update-notifier'];
    const args = [...npmArgs, ...install, ...quiet, `${name}@${version}`];
    const { code, output } = await runQuietly(npm, args).catch(cannotStart);
    if (code !== 0 || !existsSync(join(unfinished, inside))) {
      throw new Problem(`${output}\n\n${title} could not be brought from npm. ${waysOut}`);
    }
    await check?.(join(unfinished, inside));
    rmSync(home, { recursive: true, force: true });
    renameSync(unfinished, home);
    return wanted;
  });
}

/** @param {Error} error */
function cannotStart(error) {
  return { code: 1, output: error.message };
}

/**
 * The npm that belongs to the running Node, as a command: the one that started this, else the one beside Node.
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
