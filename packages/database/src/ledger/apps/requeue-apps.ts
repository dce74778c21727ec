import { sql, type RawBuilder } from 'kysely';
import type { Database } from '../../connection/connect-database.ts';
import { wantedAgain } from './pending.ts';

/**
 * Which apps: all that failed, these, those that failed with an error that contains a text (in upper or lower case, with its
 * numbers or with `#` for each of them), stored ones of a type, those that failed at a time or later, or every known one.
 */
export type RequeueSelection =
  | { failed: true }
  | { appids: readonly number[] }
  | { error: string }
  | { type: string }
  | { since: Date }
  | { all: true };

/** How many apps one statement requeues, so that writers are not kept waiting while 300,000 are. */
const STEP = 10_000;

/** The error that an app of the ledger shares with the others of its group: `#` for every number and byte sequence in it. */
export const errorOfGroup = sql<string>`regexp_replace(coalesce(last_error, 'Error: no reason was kept'), '0x[0-9a-fA-F]+( 0x[0-9a-fA-F]+)*|\\d+', '#', 'g')`;

/**
 * Wants apps again with fresh attempts, whatever is settled of them and whether or not they failed, and returns how many.
 * With `dryRun` it only counts them.
 *
 * It marks the ledger like everything else that wants apps, so it creates no job, and an app in flight is settled by the
 * response on its way instead of being fetched twice.
 */
export async function requeueApps(
  db: Database,
  selection: RequeueSelection,
  { dryRun = false }: { dryRun?: boolean } = {},
): Promise<number> {
  const selected = conditionOf(selection);
  if (dryRun) {
    const { apps } = await db
      .selectFrom('picsAppLedger')
      .select(({ fn }) => fn.countAll<number>().as('apps'))
      .where(selected)
      .executeTakeFirstOrThrow();
    return apps;
  }
  let requeued = 0;
  for (let last = -1, step = STEP; step === STEP; requeued += step) {
    const rows = await db
      .with('chosen', (query) =>
        query
          .selectFrom('picsAppLedger')
          .select('id')
          .where(selected)
          .where('id', '>', last)
          .orderBy('id')
          .limit(STEP)
          .forUpdate(),
      )
      .updateTable('picsAppLedger')
      .from('chosen')
      .set({ ...wantedAgain, failedAt: null, lastError: null, attempts: 0, staleAnswers: 0, notBefore: null })
      .whereRef('picsAppLedger.id', '=', 'chosen.id')
      .returning('picsAppLedger.id')
      .execute();
    step = rows.length;
    last = rows.reduce((highest, { id }) => Math.max(highest, id), last);
  }
  return requeued;
}

function conditionOf(selection: RequeueSelection): RawBuilder<boolean> {
  if ('failed' in selection) return sql`failed_at is not null`;
  if ('appids' in selection) return sql`id = any (${selection.appids}::integer[])`;
  if ('error' in selection) {
    return sql`failed_at is not null and (
      strpos(lower(last_error), lower(${selection.error})) > 0
      or strpos(lower(${errorOfGroup}), lower(${selection.error})) > 0
    )`;
  }
  if ('type' in selection) {
    // An existing table may have an enum here.
    return sql`id in (select appid from apps where lower(type::text) = lower(${selection.type}))`;
  }
  if ('since' in selection) return sql`failed_at >= ${selection.since}`;
  return sql`true`;
}
