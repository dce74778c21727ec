export { startChildProcess, type Identity, type RunningProcess } from './processes/child-process.ts';
export { findFreePort } from './processes/free-port.ts';
export { waitUntil } from './processes/wait-until.ts';
export type { LocalServer, LocalServerOptions } from './servers/local-server.ts';
export { ELSEWHERE } from './servers/postgres-home.ts';
export { startPostgres } from './servers/postgres.ts';
export { startRedis } from './servers/redis.ts';
export { limitMemory } from './start/limit-memory.ts';
