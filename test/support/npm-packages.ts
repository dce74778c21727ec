import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

/**
 * Installs packages that only a test needs, once, into `.cache`: as dependencies, `npm start` would download them as well.
 *
 * @param packages with exact versions.
 * @returns the folder with their node_modules; undefined, after a line that says why, when they cannot be installed.
 */
export async function installNpmPackages(
  name: string,
  packages: readonly string[],
): Promise<string | undefined> {
  const folder = resolve(import.meta.dirname, '../../.cache', name);
  if (existsSync(join(folder, 'installed'))) return folder;
  const unfinished = `${folder}-${process.pid}`;
  try {
    mkdirSync(unfinished, { recursive: true });
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund'];
    await promisify(execFile)('npm', ['install', '--prefix', unfinished, ...quiet, ...packages]);
    writeFileSync(join(unfinished, 'installed'), packages.join('\n'));
    rmSync(folder, { recursive: true, force: true });
    renameSync(unfinished, folder);
    return folder;
  } catch (error) {
    console.warn(
      `Tests with ${name} are skipped, it could not be installed: ${String(error).split('\n')[0]}`,
    );
    return undefined;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
