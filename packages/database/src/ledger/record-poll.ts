import { LARGEST_INTEGER } from '@pics/core';
import { sql, type Transaction } from 'kysely';
import type { Database } from '../connection/connect-database.ts';
import { inTransaction } from '../connection/in-transaction.ts';
import { findLockedInLedger, isLockTimeout } from '../connection/locks.ts';
import { unnest } from '../connection/unnest.ts';
import type { Schema } from '../schema.ts';
import { insertChanges, type Change } from './changes.ts';
import { startScan } from './scans/scans.ts';

/** The result of one poll of the change feed. */
export interface Poll {
  /** The cursor the poll started from. */
  since: number;
  /** The feed's newest change number. */
  current: number;
  apps: readonly Change[];
  packages: readonly Change[];
  /** Steam left changes of apps out, because the cursor was too old. */
  gap?: boolean;
  /** The same for packages, which Steam remembers for a few minutes only. */
  packageGap?: boolean;
}

/**
 * Records a poll: its changes, the apps they make wanted, the gap if there was one, and the cursor moved, in one
 * transaction. Whatever interrupts it, either the poll is recorded or the cursor is where it was.
 *
 * The cursor is compared before it is set. When it is not at `since`, another process has recorded this part of the feed
 * and nothing is written. A gap starts a scan of the known apps and makes all that is wanted so far backlog, so that new
 * changes go first. A gap of packages alone concerns no app: it is only remembered. Ids that Postgres cannot hold (above 31 bits) are skipped: Steam is far from using them.
 *
 * When somebody else's open transaction holds an app's row in the ledger, all other changes are recorded, and the cursor stays
 * below the change of that app until the row is free.
 *
 * @returns whether the cursor moved, and how many apps became wanted or wanted up to a higher number.
 */
export async function recordPoll(db: Database, poll: Poll): Promise<{ moved: boolean; wanted: number }> {
  try {
    return await record(db, poll);
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    const ids = poll.apps.map(({ id }) => id).filter((id) => id <= LARGEST_INTEGER);
    const locked = await findLockedInLedger(db, ids);
    if (locked.size === 0) throw error;
    return record(db, withoutApps(poll, locked));
  }
}

/**
 * A poll that leaves these apps for later: the cursor stays below the first of their changes, so that a later poll announces
 * them again. After a gap it need not, because the scan of the gap looks at every known app.
 */
function withoutApps(poll: Poll, locked: ReadonlySet<number>): Poll {
  const first = Math.min(
    ...poll.apps.filter(({ id }) => locked.has(id)).map((change) => change.changeNumber),
  );
  return {
    ...poll,
    current: poll.gap ? poll.current : Math.max(poll.since, Math.min(poll.current, first - 1)),
    apps: poll.apps.filter(({ id }) => !locked.has(id)),
  };
}

async function record(db: Database, poll: Poll): Promise<{ moved: boolean; wanted: number }> {
  const apps = poll.apps.filter((change) => change.id <= LARGEST_INTEGER);
  const packages = poll.packages.filter((change) => change.id <= LARGEST_INTEGER);
  return inTransaction(db, async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable('picsState')
      .set({
        lastChangeNumber: poll.current,
        updatedAt: sql`now()`,
        polledAt: sql`now()`,
        ...(poll.packageGap && { packagesGapAt: sql`now()` }),
      })
      .where('lastChangeNumber', '=', poll.since)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return { moved: false, wanted: 0 };
    if (poll.gap) await startScan(trx, { reason: 'gap', knownOnly: true });
    await insertChanges(trx, 'app', apps);
    await insertChanges(trx, 'package', packages);
    return { moved: true, wanted: await wantChanged(trx, apps) };
  });
}

/** A time, if the app of a row was never asked for and has no token. */
const neverAsked = (time: string) =>
  sql`case when pics_app_ledger.token_state is null and pics_app_ledger.access_token is null then ${sql.ref(time)} end`;

/**
 * Wants these apps up to the numbers of their changes, and the token of those that need one and have none: Steam may have
 * denied it before, and grant it now.
 *
 * Rows are locked in the order of their ids, as everywhere, so that transactions never wait for each other in a circle.
 */
async function wantChanged(trx: Transaction<Schema>, apps: Change[]): Promise<number> {
  if (apps.length === 0) return 0;
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('picsAppLedger')
    .columns(['id', 'wantedChangeNumber', 'tokenWantedAt'])
    .expression(
      trx
        .selectFrom(unnest(apps, { id: 'integer', changeNumber: 'bigint', needsToken: 'boolean' }))
        .select(({ fn }) => [
          'id',
          fn.max('changeNumber').as('wantedChangeNumber'),
          sql<Date | null>`case when bool_or(needs_token) then now() end`.as('tokenWantedAt'),
        ])
        .groupBy('id')
        .orderBy('id'),
    )
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet((eb) => ({
          wantedChangeNumber: eb.ref('excluded.wantedChangeNumber'),
          tokenWantedAt: sql<Date | null>`case pics_app_ledger.token_state
            when 'denied' then coalesce(excluded.token_wanted_at, pics_app_ledger.token_wanted_at)
            else coalesce(pics_app_ledger.token_wanted_at, ${neverAsked('excluded.token_wanted_at')})
          end`,
        }))
        .where((eb) =>
          eb.or([
            eb('picsAppLedger.wantedChangeNumber', 'is', null),
            eb('picsAppLedger.wantedChangeNumber', '<', eb.ref('excluded.wantedChangeNumber')),
          ]),
        ),
    )
    .executeTakeFirst();
  return Number(numInsertedOrUpdatedRows);
}
