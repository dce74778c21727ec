import type { Database } from '../../connection/connect-database.ts';

/** A branch of an app as it is now. */
export interface StoredBranch {
  branch: string;
  /** Text, because build ids are 64-bit without a sign. */
  buildId: string | null;
  timeUpdated: Date | null;
  isPasswordRequired: boolean | null;
  description: string | null;
}

/** Lists the current branches of an app: public first, then the most recently updated. */
export function listBranches(db: Database, appid: number): Promise<StoredBranch[]> {
  return db
    .selectFrom('appBranches')
    .select(['branch', 'buildId', 'timeUpdated', 'isPasswordRequired', 'description'])
    .where('appid', '=', appid)
    .orderBy((eb) => eb('branch', '=', 'public'), 'desc')
    .orderBy('timeUpdated', (time) => time.desc().nullsLast())
    .orderBy('branch')
    .execute();
}
