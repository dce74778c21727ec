import { sql } from 'kysely';
import type { Database } from '../connection/connect-database.ts';

/** How long minutes are kept: a week and a day, so that today can be compared with the same day last week. */
const KEPT = sql.lit('8 days');

/** Writers add every 5 seconds: of the last 20 seconds, a quarter at most is still missing. */
const SHORTEST_SECONDS = 20;

/**
 * Adds to what the fleet did in the current minute, and removes minutes older than eight days.
 *
 * Any number of processes may call it at any time, each with what it did since its last call. What a killed process had not
 * added yet is missing from the plots, and from nothing else.
 */
export async function addThroughput(db: Database, done: { apps: number; requests: number }): Promise<void> {
  await db
    .with('old', (query) =>
      query.deleteFrom('picsThroughput').where('minute', '<', sql<Date>`now() - ${KEPT}::interval`),
    )
    .insertInto('picsThroughput')
    .values({ minute: sql`date_trunc('minute', now())`, ...done })
    .onConflict((conflict) =>
      conflict.column('minute').doUpdateSet((expression) => ({
        apps: expression('picsThroughput.apps', '+', expression.ref('excluded.apps')),
        requests: expression('picsThroughput.requests', '+', expression.ref('excluded.requests')),
      })),
    )
    .execute();
}

/** A span of time up to now, cut into equal parts. */
export interface ThroughputSpan {
  minutes: number;
  /** How many minutes make one point; `minutes` is a multiple of it. */
  step: number;
}

export interface ThroughputPoint {
  /** When this part of the span began. */
  from: Date;
  appsPerSecond: number;
  requestsPerSecond: number;
}

/**
 * Gets what the fleet did over a span, oldest first, without holes: a part in which nothing was done is 0.
 *
 * The newest part is not over yet; its figures are of the seconds of it that have passed. It is left out while they are too
 * few, for the writers add what they did only every few seconds.
 */
export async function getThroughput(
  db: Database,
  { minutes, step }: ThroughputSpan,
): Promise<ThroughputPoint[]> {
  const points = await sql<ThroughputPoint>`
    with parts as (
      select part as from_time, least(part + make_interval(mins => ${step}), now()) as to_time
      from (select date_bin(make_interval(mins => ${step}), now(), 'epoch') as newest) as span,
        generate_series(
          newest - make_interval(mins => ${minutes - step}), newest, make_interval(mins => ${step})
        ) as part
      where now() - part >= make_interval(secs => ${SHORTEST_SECONDS})
    )
    select from_time as "from", apps / seconds as apps_per_second, requests / seconds as requests_per_second
    from parts,
      lateral (select extract(epoch from to_time - from_time)::double precision as seconds) as length,
      lateral (
        select coalesce(sum(apps), 0) as apps, coalesce(sum(requests), 0) as requests
        from pics_throughput
        where minute >= from_time and minute < to_time
      ) as done
    order by from_time
  `.execute(db);
  return points.rows;
}
