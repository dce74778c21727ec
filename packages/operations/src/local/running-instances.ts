import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { z } from 'zod';

const urlsSchema = z.object({
  databaseUrl: z.string(),
  redisUrl: z.string(),
  boardUrl: z.string(),
  /** The simulator in place of Steam: host:port, and the file of the certificate to trust. */
  simulator: z.object({ cmServer: z.string(), caFile: z.string() }).optional(),
});
const instanceSchema = z.object({ pid: z.int().positive(), urls: urlsSchema.optional() });

/** The URLs of the servers, the board and, if there is one, the simulator of a running `npm start`. */
export type InstanceUrls = z.infer<typeof urlsSchema>;

/** The contents of running.json: the process, and its URLs once everything has started. */
export type InstanceFile = z.infer<typeof instanceSchema>;

/** An `npm start` that runs on this machine. */
export interface RunningInstance {
  /** The name of its data folder, which --instance takes: steam, own-database, simulated-2000. */
  name: string;
  /** Its data folder, relative to the current folder where that is shorter. */
  folder: string;
  urls: InstanceUrls;
}

/** The folder that holds all data of `npm start`: `.pics` in the project, unless PICS_DATA_DIR names another. */
export function getDataFolder(variables: Record<string, string>): string {
  return resolve(variables['PICS_DATA_DIR'] ?? resolve(import.meta.dirname, '../../../../.pics'));
}

/** Finds each `npm start` that runs on this machine and has started everything. */
export function findRunningInstances(variables: Record<string, string>): RunningInstance[] {
  const data = getDataFolder(variables);
  const names = existsSync(data) ? readdirSync(data) : [];
  return names.flatMap((name) => {
    const folder = join(data, name);
    const urls = readInstance(folder)?.urls;
    return urls ? [{ name, folder: shorten(folder), urls }] : [];
  });
}

/** The file in which a running `npm start` publishes where its servers are. */
export function getInstanceFile(folder: string): string {
  return join(folder, 'running.json');
}

/** The `npm start` that runs on this folder; undefined when none does. */
export function readInstance(folder: string): InstanceFile | undefined {
  const file = getInstanceFile(folder);
  if (!existsSync(file)) return undefined;
  const parsed = instanceSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) return undefined;
  // After a crash another process may have the number; ours runs this program.
  const command = findProcessCommand(parsed.data.pid) ?? '';
  return command.includes('tools/local/src/main.ts') ? parsed.data : undefined;
}

function shorten(folder: string): string {
  const fromHere = relative(process.cwd(), folder);
  return fromHere.startsWith('..') ? folder : fromHere;
}

/**
 * The command line of a running process; undefined when no process has this pid.
 *
 * A pid in a file proves little by itself: after a crash or a reboot another process may have it.
 */
export function findProcessCommand(pid: number): string | undefined {
  if (existsSync('/proc/self/cmdline')) {
    const file = `/proc/${pid}/cmdline`;
    return existsSync(file) ? readFileSync(file, 'utf8').replaceAll('\0', ' ').trim() : undefined;
  }
  const listed = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  return listed.status === 0 ? listed.stdout.trim() : undefined;
}
