import { sql } from 'kysely';
import type { Database } from '../connect-database.ts';

/**
 * How far above the highest known id a scan of every id looks before it believes that there is nothing more. Steam gives
 * ids out in ascending order with holes; SteamDatabase has scanned with this distance for years.
 */
const DISCOVERY_HEADROOM = 50_000;

/**
 * The same for a scan of known ids, which looks for the apps of the last hours or days: new ids lie close together, and
 * the rest of the last request reaches far enough, so that a catalogue of 282,630 apps remains 57 requests of 5,000.
 */
const KNOWN_HEADROOM = 1_000;

/**
 * The last id a scan has to ask for, as of now: it moves up while the scan finds higher ids.
 *
 * An id that somebody asked for by hand and that Steam never confirmed (wanted at 0, nothing stored) does not count: one
 * slip of the finger must not become two thousand million ids.
 */
export async function getScanLimit(db: Database, knownOnly: boolean): Promise<number> {
  const highest = await sql<{ id: number }>`
    select id from pics_app_ledger
    where wanted_change_number > 0 or stored_change_number is not null
    order by id desc
    limit 1
  `.execute(db);
  return (highest.rows[0]?.id ?? 0) + (knownOnly ? KNOWN_HEADROOM : DISCOVERY_HEADROOM);
}
