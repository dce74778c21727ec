import type { RunningProcess } from '../processes/child-process.ts';

/** A Postgres or Redis of our own, running on loopback. What it had when stopped is there at the next start. */
export interface LocalServer extends RunningProcess {
  /** How to reach it, password included. */
  readonly url: string;
}

export interface LocalServerOptions {
  /** Where its data lives. The caller owns it: a server that still runs there is left over from a killed run and is stopped. */
  dataDir: string;
  /** Where it logs, by default in its data folder. */
  logFile?: string;
  /** Insists on this port; otherwise the port of the last start is taken again, or a free one when that is in use. */
  port?: number;
  /** Data that need not outlive the run: no fsync, and the folder is removed should this process be killed. */
  temporary?: boolean;
}
