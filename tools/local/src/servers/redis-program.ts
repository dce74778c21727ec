import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { environment } from '@pics/service';
import { installRedis } from './install-redis.ts';
import { ROOT } from '../root.ts';
import { UserError } from '@pics/core';

/** What to start, and the environment it needs. */
export interface RedisProgram {
  file: string;
  env: Record<string, string>;
}

/** What the oldest Ubuntu in service has. BullMQ runs on 5 and recommends 6.2. */
const OLDEST = [6, 0] as const;
const CACHE = join(ROOT, '.cache/redis');

/**
 * A Redis, or Valkey, that runs here: the one on PATH, else the one brought earlier, else one brought now.
 *
 * @throws UserError when there is none to be had; with the ways out.
 */
export async function findRedisProgram(): Promise<RedisProgram> {
  const present = findPresent();
  if (present) return present;
  const reason = await installRedis(CACHE);
  const brought = findPresent();
  if (brought) return brought;
  throw new UserError(
    `Redis ${OLDEST.join('.')} or newer is needed and could not be brought to this machine: ${reason ?? 'what was installed does not run'}. ` +
      'Install redis-server or valkey-server (Debian and Ubuntu: sudo apt-get install redis-server; macOS: brew install redis), ' +
      'or set REDIS_URL to a Redis of your own.',
  );
}

function findPresent(): RedisProgram | undefined {
  const env = { PATH: environment()['PATH'] ?? '/usr/bin:/bin' };
  const onPath = env.PATH.split(delimiter).flatMap((folder) =>
    ['redis-server', 'valkey-server'].map((name) => ({ file: join(folder, name), env })),
  );
  const brought = {
    file: join(CACHE, 'usr/bin/redis-server'),
    env: { ...env, LD_LIBRARY_PATH: findLibraries() },
  };
  return [...onPath, brought].find((program) => existsSync(program.file) && isNewEnough(program));
}

/** The folders of an unpacked Debian package that hold libraries: `usr/lib/<machine>` and `lib/<machine>`. */
function findLibraries(): string {
  const folders = ['usr/lib', 'lib']
    .map((folder) => join(CACHE, folder))
    .filter((folder) => existsSync(folder));
  return folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name))).join(delimiter);
}

function isNewEnough({ file, env }: RedisProgram): boolean {
  const result = spawnSync(file, ['--version'], { env, encoding: 'utf8' });
  const [, major, minor] = /v=(\d+)\.(\d+)/.exec(result.stdout ?? '') ?? [];
  if (result.status !== 0 || major === undefined) return false;
  return Number(major) > OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1]);
}
