import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installNpmPackages } from './npm-packages.ts';

/** Runs a query and resolves with its rows as JSON has them. */
export type Query = (sql: string) => Promise<Record<string, unknown>[]>;

interface DuckDb {
  DuckDBInstance: {
    create(): Promise<{
      connect(): Promise<{
        runAndReadAll(sql: string): Promise<{ getRowObjectsJson(): Record<string, unknown>[] }>;
      }>;
    }>;
  };
}

/**
 * Opens a DuckDB in memory: a reader of CSV and Parquet that shares no code with this project.
 *
 * @returns undefined when it cannot be installed.
 */
export async function openDuckDb(): Promise<Query | undefined> {
  const folder = await installNpmPackages('duckdb', ['@duckdb/node-api@1.5.6-r.1']);
  if (folder === undefined) return undefined;
  const entry = join(folder, 'node_modules/@duckdb/node-api/lib/index.js');
  const { DuckDBInstance } = (await import(pathToFileURL(entry).href)) as DuckDb;
  const connection = await (await DuckDBInstance.create()).connect();
  return async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
}
