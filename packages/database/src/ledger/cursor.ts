import { sql } from 'kysely';
import type { Database } from '../connection/connect-database.ts';

/** Finds the change number up to which the feed is recorded; undefined before the first poll. */
export async function findCursor(db: Database): Promise<number | undefined> {
  const state = await db.selectFrom('picsState').select('lastChangeNumber').executeTakeFirst();
  return state?.lastChangeNumber ?? undefined;
}

/** Sets the cursor for the first time, or does nothing when there is one. What becomes wanted above it is live. */
export async function startCursor(db: Database, changeNumber: number): Promise<void> {
  await db
    .updateTable('picsState')
    .set({ lastChangeNumber: changeNumber, backlogChangeNumber: changeNumber, updatedAt: sql`now()` })
    .where('lastChangeNumber', 'is', null)
    .execute();
}

/** The origin of apps: Steam itself, or the simulator, which generates them. */
export type Source = 'steam' | 'simulator';

/**
 * Claims a database for one source, unless it is claimed already, and returns the source it belongs to: generated apps and
 * real ones never share a database. A caller that gets another source than it asked for must not write.
 *
 * An unclaimed database with apps, or with a cursor, belongs to Steam: it is an existing catalogue, or the services were
 * started one by one.
 */
export async function claimSource(db: Database, source: Source): Promise<Source> {
  const state = await db
    .updateTable('picsState')
    .set({
      source: sql`coalesce(
        source,
        case when last_change_number is null and not exists (select from apps) and not exists (select from pics_app_ledger)
          then ${source} else 'steam' end
      )`,
    })
    .returning('source')
    .$narrowType<{ source: Source }>()
    .executeTakeFirstOrThrow();
  return state.source;
}
