import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, globSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { findFreePort, findUnpackedLibraries, startChildProcess, waitUntil } from '@pics/local';
import { Client } from 'pg';
import { closeAtEnd } from './cleanup.ts';
import { findOrUnpack } from './find-or-unpack.ts';
import { createTestFolder } from './folder.ts';

const CACHE = resolve(import.meta.dirname, '../../.cache/postgresql');
const PROGRAMS = ['postgres', 'initdb', 'psql', 'pg_dump', 'pg_restore'];

/** A Postgres with all of its programs, of one version: what `npm start` uses has no pg_dump. */
export interface SystemPostgres {
  /** The folder of the programs. */
  programs: string;
  env: Record<string, string>;
}

/**
 * Finds the newest Postgres of the system, or one unpacked earlier, or unpacks it now from the system's packages.
 *
 * @returns undefined, after a line that says why, when there is none.
 */
export function findSystemPostgres(): Promise<SystemPostgres | undefined> {
  return findOrUnpack(findPresent, ['postgresql', 'postgresql-client'], CACHE, 'Tests with pg_dump');
}

function findPresent(): SystemPostgres | undefined {
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
  const places = [
    { pattern: '/usr/lib/postgresql/*/bin', env },
    {
      pattern: `${CACHE}/usr/lib/postgresql/*/bin`,
      env: { ...env, LD_LIBRARY_PATH: findUnpackedLibraries(CACHE) },
    },
  ];
  return places
    .flatMap((place) => globSync(place.pattern).map((programs) => ({ programs, env: place.env })))
    .toSorted((one, two) => versionOf(two) - versionOf(one))
    .find(({ programs }) => PROGRAMS.every((name) => existsSync(join(programs, name))));
}

const versionOf = ({ programs }: SystemPostgres) => Number(dirname(programs).split('/').at(-1));

/** Starts its server with an empty folder, until the end of the test, and resolves with the URL of its superuser. */
export async function startSystemPostgres({ programs, env }: SystemPostgres): Promise<string> {
  const folder = createTestFolder();
  const identity = findIdentity();
  const data = join(folder, 'cluster');
  mkdirSync(data);
  if (identity) chownSync(data, identity.uid, identity.gid);
  const options = { ...identity, cwd: folder, env };
  const settings = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
  execFileSync(join(programs, 'initdb'), [`--pgdata=${data}`, ...settings], { ...options, stdio: 'ignore' });
  const port = await findFreePort();
  const flags = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off' };
  const server = startChildProcess({
    file: join(programs, 'postgres'),
    args: ['-D', data, ...Object.entries(flags).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    env,
    cwd: folder,
    identity,
    output: 'pipe',
    stopSignal: 'SIGINT',
    graceMs: 30_000,
  });
  closeAtEnd('Postgres of the system', async () => void (await server.stop()));
  let output = '';
  for (const stream of [server.child.stdout, server.child.stderr]) {
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const isUp = await waitUntil(() => accepts(url), 30_000, { isPossible: () => server.isRunning() });
  if (!isUp) throw new Error(`Postgres did not start:\n${output}`);
  return url;
}

/** Postgres refuses to run as root; the user exists wherever root has started the Postgres of `npm start`. */
function findIdentity(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres'])));
  return { uid: uid ?? 0, gid: gid ?? 0 };
}

async function accepts(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}
