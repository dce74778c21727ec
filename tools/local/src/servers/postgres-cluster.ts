import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '@pics/core';
import { POSTGRES_ENVIRONMENT, type PostgresHome } from './postgres-home.ts';

export const POSTGRES_USER = 'pics';
export const POSTGRES_DATABASE = 'pics';

/**
 * The data folder of Postgres with an empty database `pics` in it, created unless it exists.
 *
 * It is created next to its place and moved there when complete, so a start that is killed leaves no incomplete one. Text
 * sorts by code point and folds case by Unicode's rules (the builtin `C.UTF-8`), the same on every system.
 *
 * @throws UserError when the data is of another major version, which this Postgres cannot read.
 */
export function preparePostgresCluster(home: PostgresHome, password: string, temporary: boolean): string {
  const cluster = join(home.folder, 'cluster');
  if (existsSync(cluster)) {
    assertSameMajor(cluster, home);
    return cluster;
  }
  const unfinished = `${cluster}.unfinished`;
  const passwordFile = `${cluster}.password`;
  rmSync(unfinished, { recursive: true, force: true });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (home.identity) chownSync(passwordFile, home.identity.uid, home.identity.gid);
  try {
    run(home, home.initdb, [
      `--pgdata=${unfinished}`,
      `--username=${POSTGRES_USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      ...(temporary ? ['--no-sync'] : []),
    ]);
    const createDatabase = `CREATE DATABASE ${POSTGRES_DATABASE};\n`;
    run(home, home.postgres, ['--single', '-D', unfinished, 'postgres'], createDatabase);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(unfinished, cluster);
  return cluster;
}

function run(home: PostgresHome, program: string, args: string[], input = ''): string {
  const { identity, folder: cwd } = home;
  const env = POSTGRES_ENVIRONMENT;
  const result = spawnSync(program, args, { ...identity, cwd, env, input, encoding: 'utf8' });
  if (result.status === 0) return result.stdout;
  const reason = result.error?.message ?? result.stderr.trim();
  throw new UserError(`Postgres could not create its data folder in ${home.folder}:\n${reason}`);
}

function assertSameMajor(cluster: string, home: PostgresHome): void {
  const major = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim();
  const version = run(home, home.postgres, ['--version']).trim();
  if (version.includes(` ${major}.`)) return;
  throw new UserError(
    `The data in ${cluster} was created by Postgres ${major}, and this is ${version}. ` +
      'Move that folder away to start from scratch, or set DATABASE_URL.',
  );
}
