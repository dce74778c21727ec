import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';
import { countUpserted, type RowCounts } from './row-changes.ts';
import type { Settlement } from './settle.ts';
import { unnest, wasInserted } from '../connection/unnest.ts';

/**
 * Records in `sync_status` that Steam has just responded for these apps, and the stored change number of each. Only apps with a
 * row in `apps` have one here. An earlier change number is kept until a response of Steam is stored.
 */
export async function writeSyncStatus(
  trx: Transaction<Schema>,
  settlements: readonly Settlement[],
): Promise<RowCounts> {
  const upserted = await trx
    .insertInto('syncStatus')
    .columns(['appid', 'lastPicsSync', 'picsChangeNumber'])
    .expression(
      trx
        .selectFrom(unnest(settlements, { id: 'integer', storedChangeNumber: 'bigint' }))
        .innerJoin('apps', 'apps.appid', 'next.id')
        .select(['apps.appid', sql<Date>`now()`.as('lastPicsSync'), 'next.storedChangeNumber']),
    )
    .onConflict((conflict) =>
      conflict.column('appid').doUpdateSet((eb) => ({
        lastPicsSync: eb.ref('excluded.lastPicsSync'),
        picsChangeNumber: eb.fn.coalesce('excluded.picsChangeNumber', 'syncStatus.picsChangeNumber'),
      })),
    )
    .returning(wasInserted.as('isNew'))
    .execute();
  return countUpserted(upserted, { compared: upserted.length });
}
