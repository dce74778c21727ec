import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { Client } from 'pg';
import { withDatabase } from '../../test/support/database-url.ts';
import { createTestPostgres } from '../../test/support/postgres.ts';

/** A Postgres server that one benchmark uses from its first run to its last, started as `npm start` does. */
export interface BenchPostgres {
  /** A migrated database without rows. */
  readonly empty: string;
  /** Creates a database as a copy of another one. Neither may have connections. */
  createDatabase: (template?: string) => Promise<BenchDatabase>;
  /** Returns the CPU time in seconds that all processes of this server have used; NaN where there is no /proc. */
  cpuSeconds: () => number;
}

export interface BenchDatabase {
  name: string;
  url: string;
  drop: () => Promise<void>;
}

export async function startPostgres(): Promise<BenchPostgres> {
  const { url, pid } = await createTestPostgres();
  const empty = new URL(url).pathname.slice(1);
  const administer = async (...statements: string[]) => {
    const client = new Client({ connectionString: withDatabase(url, 'template1') });
    await client.connect();
    // The checkpoint keeps these writes out of what is measured next.
    for (const statement of [...statements, 'checkpoint']) await client.query(statement);
    await client.end();
  };
  return {
    empty,
    createDatabase: async (template = empty) => {
      const name = `bench_${randomBytes(6).toString('hex')}`;
      await administer(`create database ${name} template ${template}`);
      return {
        name,
        url: withDatabase(url, name),
        drop: () => administer(`drop database ${name} with (force)`),
      };
    },
    cpuSeconds: () => cpuSecondsOf(pid),
  };
}

/** Clock ticks per second in /proc; 100 on every Linux that Node supports. */
const TICKS = 100;

/** The CPU time of a process and its children, including those that have exited; see proc_pid_stat(5). */
function cpuSecondsOf(pid: number): number {
  if (!existsSync(`/proc/${pid}/stat`)) return Number.NaN;
  const [parent, ...children] = [pid, ...readChildren(pid)].map((id) => readStat(id));
  // Fields 14 to 17: the process itself, then its exited children. Running children: 14 and 15.
  const ticks = [...(parent?.slice(13, 17) ?? []), ...children.flatMap((stat) => stat.slice(13, 15))];
  return ticks.reduce((total, time) => total + time, 0) / TICKS;
}

function readChildren(pid: number): number[] {
  const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').match(/\d+/g) ?? [];
  return pids.map(Number);
}

/** The fields of /proc/<pid>/stat, field 1 at index 0; empty when the process has exited. */
function readStat(pid: number): number[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program name is in brackets and may contain spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [pid, Number.NaN, ...fields.map(Number)];
  } catch {
    return [];
  }
}
