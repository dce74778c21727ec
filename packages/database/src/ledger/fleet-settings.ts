import { sql } from 'kysely';
import type { Database } from '../connection/connect-database.ts';

/** What an operator has set for all fetchers together; it holds until changed. */
export interface FleetSettings {
  /** PICS requests a second of the whole fleet; null while nobody set one live, and FETCH_RATE_PER_SECOND applies. */
  fetchRate: number | null;
  /** Since when nothing is dispatched; null while work goes on. */
  pausedAt: Date | null;
}

/** What to change; what is left out stays as it is. A rate of null returns to FETCH_RATE_PER_SECOND. */
export interface FleetSettingsChange {
  fetchRate?: number | null;
  paused?: boolean;
}

/** Gets the settings of the fleet. */
export async function getFleetSettings(db: Database): Promise<FleetSettings> {
  return db.selectFrom('picsState').select(['fetchRate', 'pausedAt']).executeTakeFirstOrThrow();
}

/**
 * Changes the settings of the fleet and returns all of them. The leading producer follows within a tick of its dispatcher,
 * a fraction of a second; without a producer, the next one follows.
 *
 * Postgres keeps them because Redis may be emptied at any time, and a fleet that was throttled or paused on purpose must not
 * start again because of that. Pausing twice keeps the time of the first.
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
