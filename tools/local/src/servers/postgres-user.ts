import { spawnSync } from 'node:child_process';
import type { Identity } from '../processes/child-process.ts';
import { UserError } from '@pics/core';

/** The name Debian's own packages use, so that an installed Postgres and ours share one account. */
const USER = 'postgres';

/**
 * The OS user that Postgres runs as: undefined for an ordinary user, who runs it himself.
 *
 * Postgres refuses to run as root, so root lends it the account `postgres`, made when there is none: a system account
 * without a home, a password or a shell.
 */
export function findPostgresUser(): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const present = lookUp();
  if (present) return present;
  const made = spawnSync('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', USER]);
  const created = made.status === 0 ? lookUp() : undefined;
  if (created) return created;
  throw new UserError(
    `Postgres does not run as root, and no user "${USER}" could be made for it. Start as an ordinary user, create that user, or set DATABASE_URL to a Postgres of your own.`,
  );
}

function lookUp(): Identity | undefined {
  const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, USER], { encoding: 'utf8' }));
  if (uid?.status !== 0 || gid?.status !== 0) return undefined;
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}
