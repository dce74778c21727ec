import type { Closers } from './closers.ts';
import type { Terminal } from '../output/terminal.ts';

/** What everything that `up` starts has in common. */
export interface UpContext {
  terminal: Terminal;
  closers: Closers;
  /** Ends `up`, and says why: something it needs does not stay up. */
  giveUp: (message: string) => void;
  /** Aborted when everything is to stop. */
  signal: AbortSignal;
}

/** The same, for what has files of its own. */
export interface FolderContext extends UpContext {
  /** The data folder: servers, logs, certificates. */
  folder: string;
}
