/** What the producer cannot run without. */
export const required = ['DATABASE_URL', 'REDIS_URL'] as const;

/** The port of health and metrics when PORT is not set. */
export const defaultPort = 3001;

/**
 * How many jobs of apps may wait on `pics-fetch`. Enough that a fetcher never finds the queue empty between two turns of
 * the dispatcher, few enough that a change that arrives during a backlog of 280,000 apps waits behind none of it.
 */
export const FETCH_QUEUE_HIGH_WATER = 32;

/**
 * How many scan requests may wait besides. They go last, so that none delays a batch; once there are no batches, what they
 * find, some 350 apps each, is to last until the next turns of the dispatcher.
 */
export const SCAN_HIGH_WATER = 16;

/** How often the dispatcher looks at the ledger and the queue. Half of it is added to the way of a change, on average. */
export const DISPATCH_INTERVAL_MS = 200;

/** The same after a turn that found something: where fetchers are fast, what they bring is the next turn's work. */
export const BUSY_DISPATCH_INTERVAL_MS = 50;

/** How often batches in flight are compared with the jobs that exist. */
export const RELEASE_INTERVAL_MS = 5_000;

/**
 * How long after a gap began every id there is gets looked at, at the latest: some 800 requests. The apps that are known to
 * have changed go first, and gaps that follow each other closely need only one such look.
 */
export const LOOK_AROUND_AFTER_GAP_MS = 900_000;

/** How often it is asked whether a scan is due, and how often whether a scan has come to its end. */
export const SCAN_CHECK_MS = 60_000;
export const SCAN_REPORT_MS = 2_000;

/** How many of the latest scans are looked at for that. At most one of each reason is under way, so no end is overlooked. */
export const SCANS_REPORTED = 10;

/** How often tags without a name are looked for: a new tag should not stand nameless on a page for long. */
export const TAG_NAMES_INTERVAL_MS = 5_000;

/** When tags that Steam had no name for are asked for again. */
export const TAG_NAMES_AGAIN_MS = 3_600_000;

/**
 * How far before "now" the very first poll starts. Those changes show ids near the top of the range in use, which tells
 * the discovery scan how far it has to go; Steam answers up to some 4,000 changes back.
 */
export const FIRST_POLL_LOOKBACK = 1_000;
