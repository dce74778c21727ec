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

/** Deletes the changes that were announced more than so many days ago, and returns how many there were. */
export async function pruneChanges(db: Database, days: number): Promise<number> {
  let pruned = 0;
  for (let step = STEP; step === STEP; pruned += step) {
    const { numDeletedRows } = await db
      .deleteFrom('picsChanges')
      .where(
        sql`ctid`,
        '=',
        sql`any (array(
          select ctid from pics_changes where seen_at < now() - make_interval(days => ${days}) limit ${sql.lit(STEP)}
        ))`,
      )
      .executeTakeFirst();
    step = Number(numDeletedRows);
  }
  return pruned;
}
