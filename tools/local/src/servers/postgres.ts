import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningProcess } from '../processes/child-process.ts';
import { UserError } from '@pics/core';
import { launchServer, readConnection } from './local-server.ts';
import type { LocalServer, LocalServerOptions } from './local-server.ts';
import { POSTGRES_DATABASE, POSTGRES_USER, preparePostgresCluster } from './postgres-cluster.ts';
import { POSTGRES_ENVIRONMENT, preparePostgresHome } from './postgres-home.ts';
import { findProcessCommand } from '@pics/operations';
import { waitUntil } from '../processes/wait-until.ts';

/** A fast shutdown ends with a checkpoint, which has a gigabyte to write after a bulk sync. */
const GRACE_MS = 60_000;

/** TCP on loopback only: the path of a Unix socket would be too long in a deep folder. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_wal_size: '2GB',
};

/** For data that may be lost: nothing waits for the disk. Many test files share one server, each with its own pools. */
const TEMPORARY_SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_connections: '300',
};

/**
 * Starts the Postgres whose data is in `dataDir`, created at the first start, and resolves when it accepts connections.
 *
 * @throws UserError when there is none for this system, or it does not start; with the last lines of its log.
 */
export async function startPostgres(options: LocalServerOptions): Promise<LocalServer> {
  const { temporary = false } = options;
  const home = preparePostgresHome(options.dataDir);
  const connectionFile = join(home.folder, 'connection.json');
  const connection = readConnection(connectionFile);
  const cluster = preparePostgresCluster(home, connection.password, temporary);
  await stopLeftover(cluster);

  const { server, port } = await launchServer({
    title: 'Postgres',
    connection,
    connectionFile,
    logFile: options.logFile ?? join(home.folder, 'postgres.log'),
    port: options.port,
    command: (port) => ({
      file: home.postgres,
      args: ['-D', cluster, ...flags({ ...SETTINGS, ...(temporary && TEMPORARY_SETTINGS), port })],
      env: POSTGRES_ENVIRONMENT,
      cwd: home.folder,
      identity: home.identity,
      stopSignal: 'SIGINT',
      graceMs: GRACE_MS,
      ...(temporary && { removeWhenOrphaned: home.folder }),
    }),
    isReady: (server) => isReady(server, cluster),
  });
  const url = `postgres://${POSTGRES_USER}:${connection.password}@127.0.0.1:${port}/${POSTGRES_DATABASE}`;
  return { ...server, url };
}

function flags(settings: Record<string, string | number>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Postgres writes its state into line 8 of postmaster.pid; `pg_ctl --wait` reads the same. */
function isReady(server: RunningProcess, cluster: string): boolean {
  const [pid, , , , , , , state] = readPidFile(cluster);
  // A standby accepts connections that only read.
  return Number(pid) === server.pid && ['ready', 'standby'].includes(state?.trim() ?? '');
}

/** Stops a server that outlived its start and its watchdog, and removes a pid file that outlived its server. */
async function stopLeftover(cluster: string): Promise<void> {
  const pid = Number(readPidFile(cluster)[0]);
  if (!pid) return;
  const isOurs = () => findProcessCommand(pid)?.includes(cluster) ?? false;
  if (isOurs()) process.kill(pid, 'SIGINT');
  if (!(await waitUntil(() => !isOurs(), GRACE_MS))) {
    throw new UserError(
      `Postgres (process ${pid}) still runs on ${cluster} and does not stop: stop it with kill ${pid}.`,
    );
  }
  rmSync(join(cluster, 'postmaster.pid'), { force: true });
}

function readPidFile(cluster: string): string[] {
  const file = join(cluster, 'postmaster.pid');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
}
