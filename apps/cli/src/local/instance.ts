import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { LocalProblem } from './local-problem.ts';
import { findProcessCommand } from './process-command.ts';

const urlsSchema = z.object({
  databaseUrl: z.string(),
  redisUrl: z.string(),
  boardUrl: z.string(),
  /** What stands in for Steam: host:port, and the file of the certificate to trust. */
  simulator: z.object({ cmServer: z.string(), caFile: z.string() }).optional(),
});
const instanceSchema = z.object({ pid: z.int().positive(), urls: urlsSchema.optional() });

/** Where the servers, the board and, if there is one, the simulator of a running `up` are found. */
export type InstanceUrls = z.infer<typeof urlsSchema>;

/** One running `up` and the data folder that is its own. */
export interface Instance {
  /** Tells other commands where everything is, once it is. Readable by the owner only, for the URLs hold passwords. */
  publish(urls: InstanceUrls): void;
  release(): void;
}

/**
 * Claims a data folder for this process.
 *
 * @throws LocalProblem when another `up` runs on it. What a killed one left behind is taken over.
 */
export function claimInstance(folder: string): Instance {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'running.json');
  const running = readInstance(file);
  if (running) {
    const at = running.urls ? `, its board is at ${running.urls.boardUrl}` : '';
    throw new LocalProblem(`It is running already (process ${running.pid}${at}). Stop that one first.`);
  }
  const write = (urls?: InstanceUrls) => {
    writeFileSync(`${file}.new`, JSON.stringify({ pid: process.pid, urls }), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  write();
  return { publish: write, release: () => rmSync(file, { force: true }) };
}

/** Where the servers of the `up` that runs on this folder are; undefined when none does, or it is still starting. */
export function findInstanceUrls(folder: string): InstanceUrls | undefined {
  return readInstance(join(folder, 'running.json'))?.urls;
}

function readInstance(file: string): z.infer<typeof instanceSchema> | undefined {
  if (!existsSync(file)) return undefined;
  const parsed = instanceSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) return undefined;
  // After a crash the number may have gone to any other process; ours runs this program's `up`.
  return / up\b/.test(findProcessCommand(parsed.data.pid) ?? '') ? parsed.data : undefined;
}
