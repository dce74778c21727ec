import type { Database } from '../../connection/connect-database.ts';
import { inTransaction } from '../../connection/in-transaction.ts';
import { unnest } from '../../connection/unnest.ts';
import { wantedAgain } from './pending.ts';

/** Which apps: these, or every known one. */
export type WantedSelection = { appids: readonly number[] } | { all: true };

/**
 * How many rows one statement marks. Each step is a separate transaction that holds its locks only for a moment, so that
 * writers continue while 300,000 apps are marked.
 */
const STEP = 10_000;

/**
 * Wants apps again, settled or not, and returns how many are wanted now because of it.
 *
 * Apps that are not in the ledger are added; `all` includes every row of `apps`, so that an existing catalogue gets filled.
 * Failed apps stay failed until they are requeued. An app in flight is not fetched twice: its current request settles it.
 *
 * With `all`, everything wanted so far counts as backlog, and changes from the feed go first.
 */
export async function markWanted(db: Database, selection: WantedSelection): Promise<number> {
  if ('all' in selection) {
    await startBacklog(db);
    await wantStoredApps(db);
    return wantAll(db);
  }
  const appids = [...new Set(selection.appids)].sort((a, b) => a - b);
  let wanted = 0;
  for (let start = 0; start < appids.length; start += STEP) {
    const step = appids.slice(start, start + STEP);
    wanted += await inTransaction(db, async (trx) => {
      await addApps(trx, step);
      return wantAgain(trx, step);
    });
  }
  return wanted;
}

/**
 * Makes apps of the ledger wanted, settled or not, except failed ones, and returns how many.
 *
 * Rows are locked in the order of their ids, as everywhere, so that transactions never wait for each other in a circle.
 */
export async function wantAgain(db: Database, appids: readonly number[]): Promise<number> {
  if (appids.length === 0) return 0;
  const { numUpdatedRows } = await db
    .with('chosen', (query) =>
      query
        .selectFrom('picsAppLedger')
        .select('id')
        .where('id', '=', (expression) => expression.fn.any(expression.val(appids)))
        .where('failedAt', 'is', null)
        .orderBy('id')
        .forUpdate(),
    )
    .updateTable('picsAppLedger')
    .from('chosen')
    .set(wantedAgain)
    .whereRef('picsAppLedger.id', '=', 'chosen.id')
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** Makes everything that is wanted so far backlog: only what the feed brings from now on counts as live. */
export async function startBacklog(db: Database): Promise<void> {
  await db
    .updateTable('picsState')
    .set(({ fn }) => ({
      backlogChangeNumber: fn<number>('greatest', ['backlogChangeNumber', 'lastChangeNumber']),
    }))
    .execute();
}

async function addApps(db: Database, appids: readonly number[]): Promise<void> {
  const chosen = unnest(
    appids.map((id) => ({ id })),
    { id: 'integer' },
  );
  await db
    .insertInto('picsAppLedger')
    .columns(['id', 'wantedChangeNumber'])
    .expression(
      db
        .selectFrom(chosen)
        .leftJoin('picsAppLedger', 'picsAppLedger.id', 'next.id')
        .select((expression) => ['next.id', expression.lit(0).as('wantedChangeNumber')])
        .where('picsAppLedger.id', 'is', null)
        .orderBy('next.id'),
    )
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

/**
 * Wants the apps that have a row in `apps` and none in the ledger: another program stored them, and they are requested as if by
 * hand. Apps in the ledger do not change.
 */
export async function wantStoredApps(db: Database): Promise<void> {
  for (let last: number | null = -1; last !== null;) {
    const { appids, next }: { appids: number[]; next: number | null } = await findStoredApps(db, last);
    await addApps(db, appids);
    last = next;
  }
}

/** The next stored apps above `last`, and the last of them; null when there are none. */
async function findStoredApps(
  db: Database,
  last: number,
): Promise<{ appids: number[]; next: number | null }> {
  const rows = await db
    .selectFrom('apps')
    .select('appid')
    .where('appid', '>', last)
    .orderBy('appid')
    .limit(STEP)
    .execute();
  const appids = rows.map(({ appid }) => appid);
  return { appids, next: appids.at(-1) ?? null };
}

async function wantAll(db: Database): Promise<number> {
  let wanted = 0;
  for (let last: number | null = -1; last !== null;) {
    const step: { last: number | null; count: number } = await wantStep(db, last);
    last = step.last;
    wanted += step.count;
  }
  return wanted;
}

/** Marks the next apps above `last`, and returns the last of them and how many of them have not failed. */
async function wantStep(db: Database, last: number): Promise<{ last: number | null; count: number }> {
  return db
    .with('chosen', (query) =>
      query
        .selectFrom('picsAppLedger')
        .select(['id', 'failedAt'])
        .where('id', '>', last)
        .orderBy('id')
        .limit(STEP)
        .forUpdate(),
    )
    .with('marked', (query) =>
      query
        .updateTable('picsAppLedger')
        .from('chosen')
        .set(wantedAgain)
        .whereRef('picsAppLedger.id', '=', 'chosen.id')
        .where('chosen.failedAt', 'is', null)
        .where((eb) =>
          eb.or([eb('settledChangeNumber', 'is not', null), eb('wantedChangeNumber', 'is', null)]),
        ),
    )
    .selectFrom('chosen')
    .select(({ fn }) => [
      fn.max('id').as('last'),
      fn.countAll<number>().filterWhere('failedAt', 'is', null).as('count'),
    ])
    .executeTakeFirstOrThrow();
}
