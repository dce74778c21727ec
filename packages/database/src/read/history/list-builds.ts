import type { Database } from '../../connection/connect-database.ts';

/** A build of a branch. */
export interface Build {
  branch: string;
  /** Text, because build ids are 64-bit without a sign. */
  buildId: string;
  /** When the branch got it, according to Steam. */
  timeUpdated: Date | null;
  /** Change number of the response that first showed it. */
  changeNumber: number | null;
  firstSeenAt: Date;
  /** Whether the branch has it now. */
  isCurrent: boolean;
}

/**
 * Lists every build of an app that was ever seen, on all branches or on one, the newest first: by the time of Steam or, without
 * one, the time when the build was first seen.
 */
export async function listBuilds(
  db: Database,
  appid: number,
  { branch, limit }: { branch?: string | undefined; limit: number },
): Promise<Build[]> {
  let builds = db
    .selectFrom('appBuilds as build')
    .leftJoin('appBranches as now', (join) =>
      join
        .onRef('now.appid', '=', 'build.appid')
        .onRef('now.branch', '=', 'build.branch')
        .onRef('now.buildId', '=', 'build.buildId'),
    )
    .select(['build.branch', 'build.buildId', 'build.timeUpdated', 'build.changeNumber', 'build.firstSeenAt'])
    .select((eb) => eb('now.appid', 'is not', null).$castTo<boolean>().as('isCurrent'))
    .where('build.appid', '=', appid)
    .orderBy((eb) => eb.fn.coalesce('build.timeUpdated', 'build.firstSeenAt'), 'desc')
    .orderBy('build.branch')
    .orderBy('build.buildId', 'desc')
    .limit(limit);
  if (branch !== undefined) builds = builds.where('build.branch', '=', branch);
  return builds.execute();
}
