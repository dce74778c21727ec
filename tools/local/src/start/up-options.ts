import type { Source } from '@pics/database';

/** What `pics up` can be told. */
export interface UpOptions {
  /** Where the apps come from, when that was said; otherwise it is found out. */
  source: Source | undefined;
  /** Ends when everything is settled. */
  once: boolean;
  fetchers: number;
  /** How many apps the simulator makes up. */
  apps: number;
  /** How many of them change in a minute. */
  changesPerMinute: number;
  /** Shows what the services log. */
  verbose: boolean;
  /** Tells everything in JSON, one object a line. */
  json: boolean;
}
