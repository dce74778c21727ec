#!/usr/bin/env node
/*
 * The program `pics`: hands the command line over to apps/cli, on a Node that runs TypeScript. The link `pics` in the root
 * folder leads here, and any further link may. The file has an extension because the first releases of Node 18 start no
 * ES module without one.
 *
 * It installs nothing, unlike `npm run pics`: a command in a script or a cron job must not download programs.
 */
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { findInstallation } from './dependencies.mjs';
import { findEnvFile } from './env-file.mjs';
import { explain } from './problem.mjs';
import { run } from './run.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const entry = join(root, 'apps/cli/src/entry.ts');

try {
  const node = findInstallation(root);
  const envFile = findEnvFile(root);
  if (node === process.execPath) {
    if (envFile) process.loadEnvFile(envFile);
    await import(pathToFileURL(entry).href);
  } else {
    const settings = envFile ? [`--env-file=${envFile}`] : [];
    process.exitCode = await run(node, [...settings, entry, ...process.argv.slice(2)]);
  }
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
