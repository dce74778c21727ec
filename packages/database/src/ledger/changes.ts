import { sql } from 'kysely';
import type { Database } from '../connection/connect-database.ts';
import { unnest } from '../connection/unnest.ts';

/** One app or package that changed. */
export interface Change {
  id: number;
  changeNumber: number;
  /** An anonymous session gets only a part of it. */
  needsToken: boolean;
}

/** Records announced changes; those that are recorded already stay as they are. */
export async function insertChanges(
  db: Database,
  kind: 'app' | 'package',
  changes: readonly Change[],
): Promise<void> {
  if (changes.length === 0) return;
  const rows = unnest(changes, { changeNumber: 'bigint', id: 'integer', needsToken: 'boolean' });
  await db
    .insertInto('picsChanges')
    .columns(['changeNumber', 'kind', 'id', 'needsToken'])
    .expression(
      db
        .selectFrom(rows)
        .select((expression) => ['changeNumber', expression.val(kind).as('kind'), 'id', 'needsToken'])
        .orderBy('changeNumber')
        .orderBy('id'),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** How many changes one statement deletes, so that none runs for long after weeks without pruning. */
const STEP = 10_000;

/**
 * Deletes changes that were announced more than so many days ago, up to 10,000 of them, and returns how many it deleted; 0
 * when none is left.
 */
export async function pruneChanges(db: Database, days: number): Promise<number> {
  // The builder has neither ctid nor a limit of a delete.
  const { numAffectedRows = 0n } = await sql`
    delete from pics_changes
    where ctid = any (array(
      select ctid from pics_changes where seen_at < now() - make_interval(days => ${days}) limit ${sql.lit(STEP)}
    ))
  `.execute(db);
  return Number(numAffectedRows);
}
