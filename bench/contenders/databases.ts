import { existsSync, readFileSync } from 'node:fs';
import { Client } from 'pg';
import { withDatabase } from '../../test/support/database-url.ts';
import { createTestPostgres } from '../../test/support/postgres.ts';

/** A Postgres of a benchmark's own, and the databases on it. */
export interface Databases {
  /** A database with all tables, and nothing in them but the names that migrations bring. */
  readonly empty: string;
  /** Makes `name` a copy of another database, in place of what had that name before. Nobody may be connected to either. */
  copy: (source: string, name: string) => Promise<void>;
  /** Has Postgres do to a database at once what it does by itself some minutes after much was written. */
  tidy: (name: string) => Promise<void>;
  urlOf: (name: string) => string;
  /** The CPU time, user and system, that all processes of this Postgres have spent so far, in seconds; NaN beside Linux. */
  cpuSeconds: () => number;
}

export async function startDatabases(): Promise<Databases> {
  const { url, pid } = await createTestPostgres();
  const run = async (name: string, ...statements: string[]) => {
    const client = new Client({ connectionString: withDatabase(url, name) });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };
  return {
    empty: new URL(url).pathname.slice(1),
    copy: (source, name) =>
      run(
        'template1',
        `drop database if exists ${name}`,
        `create database ${name} template ${source}`,
        // What is to be written to disk by now must not be written while somebody is measured.
        'checkpoint',
      ),
    tidy: (name) => run(name, 'vacuum analyze'),
    urlOf: (name) => withDatabase(url, name),
    cpuSeconds: () => cpuSecondsOf(pid),
  };
}

/** Clock ticks a second, in which Linux tells CPU time; the same on every machine that Node runs on. */
const TICKS = 100;

/** The CPU time of a process and its children, those that have ended included; see proc_pid_stat(5). NaN beside Linux. */
function cpuSecondsOf(pid: number): number {
  if (!existsSync(`/proc/${pid}/stat`)) return Number.NaN;
  const [parent, ...children] = [pid, ...readChildren(pid)].map((id) => readStat(id));
  // Fields 14 to 17: its own time, and that of children that have ended. Of children that run: 14 and 15.
  const ticks = [...(parent?.slice(13, 17) ?? []), ...children.flatMap((stat) => stat.slice(13, 15))];
  return ticks.reduce((total, time) => total + time, 0) / TICKS;
}

function readChildren(pid: number): number[] {
  const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').match(/\d+/g) ?? [];
  return pids.map(Number);
}

/** The fields of a process, 1 at index 0; none when it has ended. */
function readStat(pid: number): number[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program stands in brackets and may hold blanks.
    const others = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [pid, Number.NaN, ...others.map(Number)];
  } catch {
    return [];
  }
}
