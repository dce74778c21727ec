/** The settings the producer cannot run without. */
export const required = ['DATABASE_URL', 'REDIS_URL'] as const;

/** The port of health and metrics when PORT is not set. */
export const defaultPort = 3001;

/**
 * How many jobs of apps may wait on `pics-fetch`. Enough that fetchers never find the queue empty between two iterations of
 * the dispatcher, few enough that a new change waits behind none of a backlog of 280,000 apps.
 */
export const FETCH_QUEUE_HIGH_WATER = 32;

/**
 * How many scan requests may wait in addition. They go last, so they delay no batch; once there are no batches, the apps they
 * find, some 350 each, must last until the next iterations of the dispatcher.
 */
export const SCAN_HIGH_WATER = 16;

/** How often the dispatcher checks the ledger and the queue. On average half of it is added to the latency of a change. */
export const DISPATCH_INTERVAL_MS = 200;

/** The same after an iteration that dispatched something: with fast fetchers their results are the next batches. */
export const BUSY_DISPATCH_INTERVAL_MS = 50;

/** How often a dispatcher that dispatched nothing checks that nothing was due; its progress is as old as that. */
export const DUE_CHECK_MS = 5_000;

/** How long a leader that made no progress leaves the lead to others before it competes again. They ask twice a second. */
export const GIVE_WAY_MS = 10_000;

/** How long the loops of a former leader may take to end. A request to Steam and a statement have shorter deadlines. */
export const END_OF_WORK_MS = 60_000;

/** How often batches in flight are compared with the jobs that exist. */
export const RELEASE_INTERVAL_MS = 5_000;

/**
 * When a gap is followed by a scan of every id, some 800 requests. The apps that are known to have changed go first, and gaps
 * in quick succession need only one such scan.
 */
export const DISCOVERY_AFTER_GAP_MS = 900_000;

/**
 * After how long without any change the feed counts as stopped. Steam uses about 1,000 change numbers an hour; its
 * weekly maintenance takes minutes.
 */
export const FEED_STILL_MS = 30 * 60_000;

/** How soon a feed that cannot be trusted may be asked for on yet another server. Each time is a logon, and Steam counts those. */
export const FEED_ELSEWHERE_MS = 10 * 60_000;

/** How often it is checked whether a scan is due, and whether one has finished. */
export const SCAN_CHECK_MS = 60_000;
export const SCAN_REPORT_MS = 2_000;

/** How many of the latest scans are checked for that. At most one of each reason runs at a time, so none is missed. */
export const SCANS_REPORTED = 10;

/** How often tags without a name are looked up: a new tag should not stay nameless on a page for long. */
export const TAG_NAMES_INTERVAL_MS = 5_000;

/** When tags that Steam had no name for are requested again. */
export const TAG_NAMES_AGAIN_MS = 3_600_000;

/** How often recorded changes that are too old are deleted. */
export const PRUNE_INTERVAL_MS = 3_600_000;

/**
 * How far before the current change number the very first poll starts. Those changes contain ids near the top of the range in
 * use, which tells the discovery scan where to end; Steam lists up to some 4,000 changes back.
 */
export const FIRST_POLL_LOOKBACK = 1_000;
