import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { environment } from '@pics/service';
import { unpackDebianPackage } from './unpack-debian-package.ts';

const execute = promisify(execFile);

/**
 * The package that has the program on Debian and Ubuntu: one binary that is the server or a checking tool, depending on
 * the name it is called by. The package `redis-server` only adds that name and a daemon on port 6379.
 */
const DEBIAN_PACKAGE = 'redis-tools';
const DEBIAN_PROGRAM = 'redis-check-rdb';

/**
 * Installs Redis from the packages of the system, so that `findRedisProgram` finds it.
 *
 * Debian and Ubuntu: with apt-get for root and for users with sudo without a password; for all others downloaded and
 * unpacked into `cache`, together with the libraries that the system lacks. macOS: with Homebrew.
 *
 * @returns why it could not be installed; undefined when it was.
 */
export async function installRedis(cache: string): Promise<string | undefined> {
  try {
    if (process.platform === 'darwin') return await installByHomebrew();
    if (!(await runs('apt-get', '--version'))) return 'this system has no apt-get';
    console.error('Installing Redis from the packages of the system …');
    if (process.getuid?.() === 0) return await installByApt(cache, 'apt-get');
    if (await runs('sudo', '-n', 'true')) return await installByApt(cache, 'sudo', '-n', 'apt-get');
    return await unpackByApt(cache);
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    return output.split('\n').at(-1) || String(error);
  }
}

async function installByHomebrew(): Promise<string | undefined> {
  if (!(await runs('brew', '--version'))) return 'Homebrew is not installed';
  console.error('Installing Redis with Homebrew …');
  await execute('brew', ['install', 'redis']);
  return undefined;
}

async function installByApt(cache: string, file: string, ...args: string[]): Promise<string | undefined> {
  const options = { env: { ...environment(), DEBIAN_FRONTEND: 'noninteractive' } };
  const install = () =>
    execute(file, [...args, 'install', '--yes', '--no-install-recommends', DEBIAN_PACKAGE], options);
  // A fresh machine has no package lists yet, and the lists of an old one name packages that were removed.
  await install().catch(async () => {
    await execute(file, [...args, 'update'], options);
    await install();
  });
  const { stdout } = await execute('dpkg-query', ['--listfiles', DEBIAN_PACKAGE]);
  const program = stdout.split('\n').find((line) => line.endsWith(`/${DEBIAN_PROGRAM}`));
  if (!program) return `the package ${DEBIAN_PACKAGE} has no ${DEBIAN_PROGRAM}`;
  linkAsServer(cache, program);
  return undefined;
}

async function unpackByApt(cache: string): Promise<string | undefined> {
  await unpackDebianPackage(DEBIAN_PACKAGE, cache, (unpacked) => {
    if (!existsSync(join(unpacked, 'usr/bin', DEBIAN_PROGRAM)))
      throw new Error(`the package ${DEBIAN_PACKAGE} has no ${DEBIAN_PROGRAM}`);
    linkAsServer(unpacked, DEBIAN_PROGRAM);
  });
  return undefined;
}

function linkAsServer(folder: string, program: string): void {
  const link = join(folder, 'usr/bin/redis-server');
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(program, link);
}

async function runs(file: string, ...args: string[]): Promise<boolean> {
  return await execute(file, args).then(
    () => true,
    () => false,
  );
}
