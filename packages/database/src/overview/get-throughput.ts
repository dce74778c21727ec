import { sql } from 'kysely';
import type { Database } from '../connect-database.ts';

/** A stretch of time up to now, cut into equal parts. */
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
 * Gets what the fleet got done over a span, oldest first, without holes: where nothing was done stands 0.
 *
 * The newest part is not over yet; its figures are of the seconds that have passed of it. It is left out as long as they
 * are too few to tell anything, for the writers add what they did only every few seconds.
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
      where now() - part >= ${SHORTEST}::interval
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

/** Writers add every 5 seconds: within 20, what is still missing is a quarter at most. */
const SHORTEST = sql.lit('20 seconds');
