import { sql } from 'kysely';
import type { Database } from '../connect-database.ts';

/** What an operator has told the fleet, and what holds until told otherwise. */
export interface FleetSettings {
  /** PICS requests a second of the whole fleet; null as long as nobody set one live, and FETCH_RATE_PER_SECOND counts. */
  fetchRate: number | null;
  /** Since when nothing is dispatched; null while work goes on. */
  pausedAt: Date | null;
}

/** What to tell it; what is left out stays as it is. A rate of null gives it back to FETCH_RATE_PER_SECOND. */
export interface FleetSettingsChange {
  fetchRate?: number | null;
  paused?: boolean;
}

/** Gets what the fleet has been told. */
export async function getFleetSettings(db: Database): Promise<FleetSettings> {
  return db.selectFrom('picsState').select(['fetchRate', 'pausedAt']).executeTakeFirstOrThrow();
}

/**
 * Tells the fleet what to do and returns how it stands from then on. The leading producer follows within a turn of its
 * dispatcher, a fraction of a second; told while there is none, the next one follows.
 *
 * Postgres keeps it because Redis may be emptied at any time, and a fleet that was throttled or paused on purpose must not
 * go off again because of that. Pausing twice keeps the time of the first.
 */
export async function updateFleetSettings(db: Database, change: FleetSettingsChange): Promise<FleetSettings> {
  const { fetchRate, paused } = change;
  return db
    .updateTable('picsState')
    .set({
      ...(fetchRate !== undefined && { fetchRate }),
      ...(paused !== undefined && { pausedAt: paused ? sql`coalesce(paused_at, now())` : null }),
      updatedAt: sql`updated_at`,
    })
    .returning(['fetchRate', 'pausedAt'])
    .executeTakeFirstOrThrow();
}
