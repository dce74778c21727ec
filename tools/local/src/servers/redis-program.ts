import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { UserError } from '@pics/core';
import { environment } from '@pics/service';
import { ROOT } from '../processes/start-program.ts';
import { installRedis } from './install-redis.ts';
import { findUnpackedLibraries } from './unpack-debian-package.ts';

/** The program to start, and the environment it needs. */
export interface RedisProgram {
  file: string;
  env: Record<string, string>;
}

/** The version in the oldest supported Ubuntu. BullMQ runs on 5 and recommends 6.2. */
const OLDEST = [6, 0] as const;
const CACHE = join(ROOT, '.cache/redis');

/**
 * Finds a Redis, or Valkey, that runs here: on PATH, else installed earlier by this project, else installed now.
 *
 * @throws UserError when there is none and it cannot be installed; with the alternatives.
 */
export async function findRedisProgram(): Promise<RedisProgram> {
  const present = findInstalled();
  if (present) return present;
  const reason = await installRedis(CACHE);
  const installed = findInstalled();
  if (installed) return installed;
  throw new UserError(
    `Redis ${OLDEST.join('.')} or newer is needed and could not be installed: ${reason ?? 'the installed program does not run'}. ` +
      'Install redis-server or valkey-server (Debian and Ubuntu: sudo apt-get install redis-server; macOS: brew install redis), ' +
      'or set REDIS_URL to your own Redis.',
  );
}

function findInstalled(): RedisProgram | undefined {
  const env = { PATH: environment()['PATH'] ?? '/usr/bin:/bin' };
  const onPath = env.PATH.split(delimiter).flatMap((folder) =>
    ['redis-server', 'valkey-server'].map((name) => ({ file: join(folder, name), env })),
  );
  const cached = {
    file: join(CACHE, 'usr/bin/redis-server'),
    env: { ...env, LD_LIBRARY_PATH: findUnpackedLibraries(CACHE) },
  };
  return [...onPath, cached].find((program) => existsSync(program.file) && isNewEnough(program));
}

function isNewEnough({ file, env }: RedisProgram): boolean {
  const result = spawnSync(file, ['--version'], { env, encoding: 'utf8' });
  const [, major, minor] = /v=(\d+)\.(\d+)/.exec(result.stdout ?? '') ?? [];
  if (result.status !== 0 || major === undefined) return false;
  return Number(major) > OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1]);
}
