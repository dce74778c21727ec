import type { Database } from '../connection/connect-database.ts';

/**
 * Finds those of some apps that Steam does not know, by its last response: settled ones that have no row, or whose row is kept
 * although the app was removed.
 */
export async function findUnknownApps(db: Database, appids: readonly number[]): Promise<number[]> {
  const unknown = await db
    .selectFrom('picsAppLedger')
    .leftJoin('apps', 'appid', 'id')
    .select('id')
    .where('id', '=', (expression) => expression.fn.any(expression.val(appids)))
    .whereRef('settledChangeNumber', '>=', 'wantedChangeNumber')
    .where('failedAt', 'is', null)
    .where((eb) => eb.or([eb('appid', 'is', null), eb('picsAccess', '=', 'removed')]))
    .orderBy('id')
    .execute();
  return unknown.map(({ id }) => id);
}
