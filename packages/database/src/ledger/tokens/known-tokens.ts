import type { Database } from '../../connection/connect-database.ts';

/** The access tokens of some apps, as in a job: by appid, and absent if none of the apps has one. */
interface KnownTokens {
  tokens?: Record<string, string>;
}

/** Lists the access tokens of these rows of the ledger. */
export function listTokens(rows: readonly { id: number; accessToken: string | null }[]): KnownTokens {
  const known = rows.flatMap(({ id, accessToken }) => (accessToken === null ? [] : [[id, accessToken]]));
  return known.length > 0 ? { tokens: Object.fromEntries(known) as Record<string, string> } : {};
}

/** Finds the access tokens of these apps. */
export async function findTokens(db: Database, appids: readonly number[]): Promise<KnownTokens> {
  const rows = await db
    .selectFrom('picsAppLedger')
    .select(['id', 'accessToken'])
    .where('id', '=', (expression) => expression.fn.any(expression.val(appids)))
    .where('accessToken', 'is not', null)
    .execute();
  return listTokens(rows);
}
