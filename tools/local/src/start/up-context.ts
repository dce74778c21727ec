import type { CleanupStack } from '../processes/cleanup-stack.ts';
import type { Terminal } from '@pics/operations';

/** What everything that `up` starts has in common. */
export interface UpContext {
  terminal: Terminal;
  cleanup: CleanupStack;
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
