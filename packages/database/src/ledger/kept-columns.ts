import type { KeptColumns } from '@pics/core';
import type { Database } from '../connection/connect-database.ts';

/** Records what the writers of this database keep: KEEP_COLUMNS of the one that started last. */
export async function recordKeptColumns(db: Database, keptColumns: KeptColumns): Promise<void> {
  await db
    .updateTable('picsState')
    .set({ keptColumns: [...keptColumns] })
    .execute();
}

/** Finds what the writers of this database keep; undefined before one has recorded it. */
export async function findKeptColumns(db: Database): Promise<KeptColumns | undefined> {
  const state = await db.selectFrom('picsState').select('keptColumns').executeTakeFirst();
  return state?.keptColumns ?? undefined;
}
