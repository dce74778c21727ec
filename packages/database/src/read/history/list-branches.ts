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

/** The branches of an app as they are now: public first, then those that were updated last. */
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
