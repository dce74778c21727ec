import { existsSync, lstatSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalServer, type LocalServerOptions, OUTSIDE_FOLDERS } from '@pics/local';
import { closeAtEndOfFile } from './cleanup.ts';

/** A server of one test file alone, that it may flush, freeze and kill. */
export interface TestServer {
  /** The same over restarts. */
  readonly url: string;
  readonly pid: number;
  /** Ends it at once, as `kill -9` does. */
  kill(): Promise<void>;
  /** Starts it again on the same port, with what survived; ends it first, in good order, when it still runs. */
  restart(): Promise<void>;
  /** Stops it and removes its data. Done by itself at the end of the file. */
  drop(): Promise<void>;
}

/** Starts a server on a temporary folder, which goes when the test file is done. */
export async function createTestServer(
  title: string,
  start: (options: LocalServerOptions) => Promise<LocalServer>,
): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), `pics-test-${title}-`));
  const options = { dataDir, temporary: true };
  let server = await start(options);
  const port = Number(new URL(server.url).port);
  const drop = closeAtEndOfFile(title, async () => {
    await server.stop();
    removeFolder(dataDir);
  });
  return {
    url: server.url,
    get pid() {
      return server.pid;
    },
    kill: async () => void (await server.kill()),
    restart: async () => {
      await server.stop();
      server = await start({ ...options, port });
    },
    drop,
  };
}

/** Removes a folder with all it holds, and what links in it lead to when Postgres had to be put elsewhere. */
export function removeFolder(folder: string): void {
  const inside = lstatSync(folder).isDirectory()
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
    : [];
  const links = inside
    .filter((entry) => entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((link) => existsSync(link));
  // The folder comes last: what is in it leads nowhere afterwards.
  for (const link of [...links, folder]) {
    const target = realpathSync(link);
    if (link === folder || target.startsWith(OUTSIDE_FOLDERS))
      rmSync(target, { recursive: true, force: true });
  }
  rmSync(folder, { recursive: true, force: true });
}
