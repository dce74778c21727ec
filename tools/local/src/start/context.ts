import type { Source } from '@pics/database';
import type { Terminal } from '@pics/operations';
import type { CleanupStack } from '../processes/cleanup-stack.ts';

/** The command line of `npm start`. */
export interface StartOptions {
  /** Where the apps come from; undefined to find out. */
  source: Source | undefined;
  /** Ends when everything is settled. */
  once: boolean;
  fetchers: number;
  /** How many apps the simulator generates. */
  apps: number;
  /** A folder of recorded bodies, which the simulator serves instead of generated ones. */
  catalog: string | undefined;
  /** How many apps change in a minute; undefined for as many as suit the catalogue. */
  changesPerMinute: number | undefined;
  /** Shows the logs of the services. */
  verbose: boolean;
  /** Prints JSON, one object a line. */
  json: boolean;
}

/** What every part that is started needs. */
export interface StartContext {
  terminal: Terminal;
  cleanup: CleanupStack;
  /** Ends the run with the reason: a part that it needs does not stay up. */
  giveUp: (message: string) => void;
  /** Aborted when everything is to stop. */
  signal: AbortSignal;
}

/** The same, for parts with files. */
export interface FolderContext extends StartContext {
  /** The data folder: servers, logs, certificates. */
  folder: string;
}
