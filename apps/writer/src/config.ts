/** What the writer cannot run without. */
export const required = ['DATABASE_URL', 'REDIS_URL'] as const;

/** The port of health and metrics when PORT is not set. */
export const defaultPort = 3003;

/**
 * Write jobs worked on at once. Two keep Postgres busy while the next payload is read and parsed; more only wait for each
 * other's locks on the same names.
 */
export const WRITE_CONCURRENCY = 2;

/**
 * How often what was done is added to the throughput of the fleet. Seldom enough to cost nothing at 4,000 apps a second,
 * often enough that the minute that is not over yet can be shown.
 */
export const TALLY_INTERVAL_MS = 5_000;
