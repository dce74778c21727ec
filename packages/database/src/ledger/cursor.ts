import { sql, type Transaction } from 'kysely';
import type { Database } from '../connection/connect-database.ts';
import { inTransaction } from '../connection/in-transaction.ts';
import type { Schema } from '../schema.ts';
import { startScan } from './scans/scans.ts';

/** Finds the change number up to which the feed is recorded; undefined before the first poll. */
export async function findCursor(db: Database): Promise<number | undefined> {
  const state = await db.selectFrom('picsState').select('lastChangeNumber').executeTakeFirst();
  return state?.lastChangeNumber ?? undefined;
}

/**
 * Sets the cursor when there is none, or does nothing. What becomes wanted above it is live.
 *
 * A database that has apps already had a cursor, and nothing is known of the changes between the two: that is a gap, and the
 * same transaction starts its scan. Numbers above the new cursor belong to what was wrong with the old one and are forgotten:
 * an app that was settled up to an impossible number would never be wanted again.
 */
export async function startCursor(db: Database, changeNumber: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable('picsState')
      .set({ lastChangeNumber: changeNumber, backlogChangeNumber: changeNumber, updatedAt: sql`now()` })
      .where('lastChangeNumber', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return;
    await forgetNumbersAbove(trx, changeNumber);
    const stored = trx.selectFrom('picsAppLedger').select('id').where('storedChangeNumber', 'is not', null);
    if (await stored.limit(1).executeTakeFirst()) await startScan(trx, { reason: 'gap', knownOnly: true });
  });
}

/**
 * Removes the cursor, and returns where it was; undefined when there was none. The next poll starts at Steam's present, as on
 * an empty database, and starts the scan that finds what was missed.
 */
export async function resetCursor(db: Database): Promise<number | undefined> {
  return inTransaction(db, async (trx) => {
    const state = await trx.selectFrom('picsState').select('lastChangeNumber').forUpdate().executeTakeFirst();
    await trx.updateTable('picsState').set({ lastChangeNumber: null, backlogChangeNumber: 0 }).execute();
    return state?.lastChangeNumber ?? undefined;
  });
}

async function forgetNumbersAbove(trx: Transaction<Schema>, changeNumber: number): Promise<void> {
  const isAbove = (column: string) => sql<boolean>`${sql.ref(column)} > ${changeNumber}::bigint`;
  const lowered = (column: string) =>
    sql<number | null>`case when ${isAbove(column)} then ${changeNumber}::bigint else ${sql.ref(column)} end`;
  await trx
    .with('chosen', (query) =>
      query
        .selectFrom('picsAppLedger')
        .select('id')
        .where((eb) =>
          eb.or([
            isAbove('wantedChangeNumber'),
            isAbove('settledChangeNumber'),
            isAbove('storedChangeNumber'),
          ]),
        )
        .orderBy('id')
        .forUpdate(),
    )
    .updateTable('picsAppLedger')
    .from('chosen')
    .set((eb) => ({
      wantedChangeNumber: lowered('wantedChangeNumber'),
      settledChangeNumber: eb
        .case()
        .when(isAbove('storedChangeNumber'))
        .then(null)
        .else(lowered('settledChangeNumber'))
        .end(),
      storedChangeNumber: eb
        .case()
        .when(isAbove('storedChangeNumber'))
        .then(null)
        .else(eb.ref('storedChangeNumber'))
        .end(),
    }))
    .whereRef('picsAppLedger.id', '=', 'chosen.id')
    .execute();
  await trx.deleteFrom('picsChanges').where('changeNumber', '>', changeNumber).execute();
}

/**
 * How long the change feed may go without a poll. After that no producer is following Steam; POLL_INTERVAL_MS is at most
 * half of it.
 */
export const LONGEST_POLL_PAUSE_MS = 60_000;

/** Records that the feed was polled and had nothing new; `recordPoll` does the same for a poll with changes. */
export async function markPolled(db: Database): Promise<void> {
  await db
    .updateTable('picsState')
    .set({ polledAt: sql`now()` })
    .execute();
}

/** SQL for how many milliseconds ago the feed was polled, by the clock of Postgres alone: producers may disagree. */
export const polledMsAgo = sql<
  number | null
>`(extract(epoch from clock_timestamp() - polled_at) * 1000)::double precision`;

/** Finds how many milliseconds ago any producer last polled the feed; undefined before the first poll. */
export async function findPollAge(db: Database): Promise<number | undefined> {
  const state = await db.selectFrom('picsState').select(polledMsAgo.as('ms')).executeTakeFirst();
  return state?.ms ?? undefined;
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

/**
 * Finds the source that a database belongs to, as `claimSource` would say, and changes nothing; undefined when it is
 * unclaimed and holds nothing. It needs none of the tables, so it can be asked before migrating.
 */
export async function findSource(db: Database): Promise<Source | undefined> {
  const { rows } = await sql<{ name: string }>`
    select name from unnest('{pics_state,pics_app_ledger,apps}'::text[]) as name where to_regclass(name) is not null
  `.execute(db);
  const tables = new Set(rows.map(({ name }) => name));
  if (tables.has('pics_state')) {
    const state = await db.selectFrom('picsState').select(['source', 'lastChangeNumber']).executeTakeFirst();
    if (state?.source === 'steam' || state?.source === 'simulator') return state.source;
    if (state && state.lastChangeNumber !== null) return 'steam';
  }
  for (const table of ['apps', 'pics_app_ledger']) {
    if (!tables.has(table)) continue;
    const found = await sql`select from ${sql.table(table)} limit 1`.execute(db);
    if (found.rows.length > 0) return 'steam';
  }
  return undefined;
}
