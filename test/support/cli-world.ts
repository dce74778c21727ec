import { connectDatabase, type Database } from '@pics/database';
import { closeAtEnd } from './cleanup.ts';
import { createTestDatabase } from './database.ts';
import { createTestRedis } from './redis.ts';
import { runCli, type CliResult } from './run-cli.ts';

/** A database, a Redis, and `pics` on both. */
export interface CliWorld {
  database: Database;
  databaseUrl: string;
  redisUrl: string;
  /** Runs a command on both. */
  pics(...args: string[]): Promise<CliResult>;
  /** Runs a command that succeeds and prints JSON, and resolves with the parsed output. */
  ask(...args: string[]): Promise<unknown>;
}

export async function createCliWorld(): Promise<CliWorld> {
  const [{ url }, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
  const database = connectDatabase(url, { applicationName: 'test', maxConnections: 2 });
  closeAtEnd('connections of the test', () => database.destroy());
  const env = { DATABASE_URL: url, REDIS_URL: redis.url };
  return {
    database,
    databaseUrl: url,
    redisUrl: redis.url,
    pics: (...args) => runCli(args, env),
    ask: async (...args) => {
      const { exitCode, stdout, stderr } = await runCli([...args, '--json'], env);
      if (exitCode !== 0 || stderr !== '') throw new Error(`pics ${args.join(' ')} failed: ${stderr}`);
      return JSON.parse(stdout);
    },
  };
}
