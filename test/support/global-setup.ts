import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { migrateToLatest } from '@pics/database';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '@pics/local';
import { withDatabase } from './database-url.ts';
import { endLeftovers } from './leftovers.ts';
import { findMemoryFolder } from './memory-folder.ts';
import { removeFolder } from './servers.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Identifies the processes of this run. */
    runId: string;
    /** The Postgres of this run. */
    postgresUrl: string;
    /** The database that `createTestDatabase` copies. */
    postgresTemplate: string;
  }
}

const TEMPLATE = 'migrated';

/** Starts the Postgres that all test files of this run share, and migrates the database that they copy. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const runId = randomBytes(8).toString('hex');
  const dataDir = mkdtempSync(join(findMemoryFolder(), 'pics-test-postgres-'));
  const postgres = await startPostgres({ dataDir, temporary: true }).catch((error: unknown) => {
    removeFolder(dataDir);
    throw error;
  });
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`CREATE DATABASE ${TEMPLATE}`);
  await client.end();
  await migrateToLatest(withDatabase(postgres.url, TEMPLATE));
  project.provide('runId', runId);
  project.provide('postgresUrl', postgres.url);
  project.provide('postgresTemplate', TEMPLATE);
  return async () => {
    await postgres.stop();
    removeFolder(dataDir);
    await endLeftovers(runId);
  };
}
