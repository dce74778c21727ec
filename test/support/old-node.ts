import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';

/** A Node from 18 on that cannot run TypeScript, as many systems come with. */
export interface OldNode {
  path: string;
  /** As in `Node 20.20.2`. */
  version: string;
}

/** Finds an old Node on this machine; undefined where there is none. */
export function findOldNode(): OldNode | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  for (const path of new Set(folders.map((folder) => join(folder, 'node')))) {
    const { stdout, error } = spawnSync(path, ['--version'], { encoding: 'utf8' });
    const [, version = '', major] = /^v((\d+)\.\S+)/.exec(error ? '' : stdout) ?? [];
    if (Number(major) >= 18 && Number(major) < 24) return { path, version: `Node ${version}` };
  }
  return undefined;
}
