export { default as findFreePort } from 'get-port';
export { startChildProcess, type Identity, type RunningProcess } from './processes/child-process.ts';
export { limitMemory } from './processes/start-program.ts';
export { waitUntil } from './processes/wait-until.ts';
export type { LocalServer, LocalServerOptions } from './servers/local-server.ts';
export { OUTSIDE_FOLDERS } from './servers/postgres-home.ts';
export { startPostgres } from './servers/postgres.ts';
export { startRedis } from './servers/redis.ts';
export { findUnpackedLibraries, unpackDebianPackage } from './servers/unpack-debian-package.ts';
