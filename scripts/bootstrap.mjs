/*
 * The entry of `npm start`, `npm test` and their like, on a machine that may have nothing but some Node >= 18 with npm.
 * It brings what is missing (Node, pnpm, the locked dependencies) and hands over. It depends on nothing, since it is what
 * brings the dependencies.
 */
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commands } from './commands.mjs';
import { bringDependencies } from './dependencies.mjs';
import { codeOf, Problem } from './problem.mjs';
import { bringNode } from './toolchain.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const [name = '', ...args] = process.argv.slice(2);

try {
  const command = commands[name];
  if (command === undefined) throw new Problem(`Say what to run: ${Object.keys(commands).join(', ')}.`);
  if (process.platform === 'win32') {
    throw new Problem('Windows itself is not supported: run this inside WSL (Windows Subsystem for Linux).');
  }
  process.chdir(root);
  const node = await bringNode(root);
  await bringDependencies(root, node);
  process.exitCode = await command(node, args);
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}

/** @param {unknown} error */
function explain(error) {
  if (error instanceof Problem) return error.message;
  if (!(error instanceof Error)) return error;
  if (['EACCES', 'EPERM', 'EROFS'].includes(String(codeOf(error)))) {
    return `${error.message}\nStart as the user this folder belongs to, or clone it to a place of your own.`;
  }
  if (codeOf(error) === 'ENOSPC') return 'The disk is full: make room and start again.';
  return error.stack;
}
