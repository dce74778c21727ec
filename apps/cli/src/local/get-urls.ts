import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { environment, parseSettings } from '@pics/service';
import { getDataFolder } from './data-folder.ts';
import { findInstanceUrls, type InstanceUrls } from './instance.ts';
import { LocalProblem } from './local-problem.ts';

/** The database a command is about: DATABASE_URL, else that of the `up` that runs on this machine. */
export function getDatabaseUrl(): string {
  return parseSettings(environment(), []).DATABASE_URL ?? getRunning('DATABASE_URL').databaseUrl;
}

/** The Redis a command is about: REDIS_URL, else that of the `up` that runs on this machine. */
export function getRedisUrl(): string {
  return parseSettings(environment(), []).REDIS_URL ?? getRunning('REDIS_URL').redisUrl;
}

function getRunning(variable: string): InstanceUrls {
  const data = getDataFolder();
  const folders = existsSync(data) ? readdirSync(data) : [];
  const running = folders.flatMap((folder) => findInstanceUrls(join(data, folder)) ?? []);
  if (running.length === 1 && running[0]) return running[0];
  throw new LocalProblem(
    running.length === 0
      ? `${variable} is not set, and nothing runs here: set it, or start everything with npm start.`
      : `${variable} is not set, and several run here: set it to the one that is meant.`,
  );
}
