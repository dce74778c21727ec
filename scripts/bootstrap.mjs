/*
 * The entry of `npm start`, `npm test` and the other scripts, on a machine with any Node >= 18 and npm. It installs what is
 * missing (Node, pnpm, the locked dependencies) and runs the command. It has no dependencies, because it installs them.
 */
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commands } from './commands.mjs';
import { installDependencies } from './dependencies.mjs';
import { explain, Problem } from './problem.mjs';
import { installNode } from './toolchain.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const [name = '', ...args] = process.argv.slice(2);

try {
  const command = commands[name];
  if (command === undefined)
    throw new Problem(`Usage: npm run <command>, one of: ${Object.keys(commands).join(', ')}.`);
  if (process.platform === 'win32') {
    throw new Problem('Windows is not supported. Use WSL (Windows Subsystem for Linux).');
  }
  process.chdir(root);
  const node = await installNode(root);
  await installDependencies(root, node);
  process.exitCode = await command(node, args);
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
