import { readdirSync, readFileSync } from 'node:fs';
import { Client } from 'pg';
import { withDatabase } from '../../test/support/database-url.ts';
import { createTestPostgres } from '../../test/support/postgres.ts';

/** A Postgres of a benchmark's own, and the databases on it. */
export interface Databases {
  /** A database with all tables, and nothing in them but the names that migrations bring. */
  readonly empty: string;
  /** Makes `name` a copy of another database, in place of what had that name before. Nobody may be connected to either. */
  copy: (source: string, name: string) => Promise<void>;
  urlOf: (name: string) => string;
  /** The CPU time, user and system, that all processes of this Postgres have spent so far, in seconds. */
  cpuSeconds: () => number;
}

export async function startDatabases(): Promise<Databases> {
  const { url, pid } = await createTestPostgres();
  const administer = async (...statements: string[]) => {
    const client = new Client({ connectionString: withDatabase(url, 'template1') });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };
  return {
    empty: new URL(url).pathname.slice(1),
    copy: (source, name) =>
      administer(
        `drop database if exists ${name}`,
        `create database ${name} template ${source}`,
        // What is to be written to disk by now must not be written while somebody is measured.
        'checkpoint',
      ),
    urlOf: (name) => withDatabase(url, name),
    cpuSeconds: () => cpuSecondsOf(pid),
  };
}

/** Clock ticks a second, in which Linux tells CPU time; the same on every machine that Node runs on. */
const TICKS = 100;

/** The CPU time of a process and its children, those that have ended included; see proc_pid_stat(5). */
function cpuSecondsOf(pid: number): number {
  const fields = (id: string) => {
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
    // The name of the program stands in brackets and may hold blanks. After it comes field 3.
    return stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
  };
  const [, , ...own] = fields(String(pid));
  let ticks = sum(own.slice(9, 13));
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const [, parent, ...other] = fields(id);
      if (parent === pid) ticks += sum(other.slice(9, 13));
    } catch {
      // It has ended since its name was read.
    }
  }
  return ticks / TICKS;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
