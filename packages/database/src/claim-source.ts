import { sql } from 'kysely';
import type { Database } from './connect-database.ts';

/** Where apps come from: Steam itself, or the simulator, which makes them up. */
export type Source = 'steam' | 'simulator';

/**
 * Claims a database for one source, unless it is claimed already, and returns the source it belongs to: made-up apps never
 * meet real ones. Whoever gets another answer than what he asked for must not write.
 *
 * A database that nobody claimed and that holds apps, or a cursor, belongs to Steam: they were there before, or came from
 * services that were started one by one.
 */
export async function claimSource(db: Database, source: Source): Promise<Source> {
  const claimed = await sql<{ source: Source }>`
    update pics_state
    set source = coalesce(
      source,
      case when last_change_number is null and not exists (select from apps) and not exists (select from pics_app_ledger)
        then ${source} else 'steam' end
    )
    returning source
  `.execute(db);
  const [state] = claimed.rows;
  if (!state) throw new Error('pics_state has no row');
  return state.source;
}
