/** The settings the writer cannot run without. */
export const required = ['DATABASE_URL', 'REDIS_URL'] as const;

/** The port of health and metrics when PORT is not set. */
export const defaultPort = 3003;

/**
 * Write jobs processed at once. Two keep Postgres busy while the next payload is parsed; more would only wait for each
 * other's locks on the same names.
 */
export const WRITE_CONCURRENCY = 2;

/**
 * How often throughput is stored for the whole fleet. Seldom enough to cost nothing at 4,000 apps a second, often enough to
 * show the current minute.
 */
export const THROUGHPUT_INTERVAL_MS = 5_000;
