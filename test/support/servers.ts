import { existsSync, lstatSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalServer, type LocalServerOptions, OUTSIDE_FOLDERS } from '@pics/local';
import { closeAtEnd } from './cleanup.ts';

/** A server for one test or test file, which may flush, freeze and kill it. */
export interface TestServer {
  /** Stays the same over restarts. */
  readonly url: string;
  readonly pid: number;
  /** The folder of its data. */
  readonly dataDir: string;
  /** Ends it at once, as `kill -9` does. */
  kill(): Promise<void>;
  /** Restarts it on the same port with its remaining data; shuts it down in order first if it still runs. */
  restart(): Promise<void>;
  /** Stops it and removes its data. Happens by itself at the end of the test. */
  drop(): Promise<void>;
}

/** Starts a server on a temporary folder, which is removed at the end of the test. */
export async function createTestServer(
  title: string,
  start: (options: LocalServerOptions) => Promise<LocalServer>,
  { temporary = true } = {},
): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), `pics-test-${title}-`));
  const options = { dataDir, temporary };
  let server = await start(options);
  const port = Number(new URL(server.url).port);
  const drop = closeAtEnd(title, async () => {
    await server.stop();
    removeFolder(dataDir);
  });
  return {
    url: server.url,
    dataDir,
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

/** Removes a folder with its contents, and the folders outside that Postgres had to use for its data. */
export function removeFolder(folder: string): void {
  const inside = lstatSync(folder).isDirectory()
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
    : [];
  const links = inside
    .filter((entry) => entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((link) => existsSync(link));
  // The folder comes last: its links are needed before.
  for (const link of [...links, folder]) {
    const target = realpathSync(link);
    if (link === folder || target.startsWith(OUTSIDE_FOLDERS))
      rmSync(target, { recursive: true, force: true });
  }
  rmSync(folder, { recursive: true, force: true });
}
