import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const PACKAGE = '@duckdb/node-api@1.5.6-r.1';
const CACHE = resolve(import.meta.dirname, '../../.cache/duckdb');

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
 * Opens a DuckDB in memory: a reader of CSV and Parquet that shares no code with this project. It is 70 MB of native code for
 * tests alone, so it is no dependency, and installed by the first test that needs it.
 *
 * @returns undefined, after a line that says why, when it cannot be installed.
 */
export async function openDuckDb(): Promise<Query | undefined> {
  const entry = join(CACHE, 'node_modules/@duckdb/node-api/lib/index.js');
  try {
    if (!existsSync(entry)) await install();
    const { DuckDBInstance } = (await import(pathToFileURL(entry).href)) as DuckDb;
    const connection = await (await DuckDBInstance.create()).connect();
    return async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
  } catch (error) {
    console.warn(`Tests with DuckDB are skipped, it could not be installed: ${String(error).split('\n')[0]}`);
    return undefined;
  }
}

async function install(): Promise<void> {
  const unfinished = `${CACHE}-${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund'];
    await promisify(execFile)('npm', ['install', '--prefix', unfinished, ...quiet, PACKAGE]);
    rmSync(CACHE, { recursive: true, force: true });
    renameSync(unfinished, CACHE);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
