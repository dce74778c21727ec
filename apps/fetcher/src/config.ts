/** The settings a fetcher cannot run without. It never reaches the database: records leave it through Redis. */
export const required = ['REDIS_URL'] as const;

/** The port of health and metrics when PORT is not set. */
export const defaultPort = 3002;

/**
 * How many write jobs may wait before fetchers take no more work. At 200 apps a job this is some 10 MB of Redis and a few
 * seconds of writing: enough to bridge a pause of Postgres, too little to fill Redis.
 */
export const WRITE_QUEUE_HIGH_WATER = 40;
