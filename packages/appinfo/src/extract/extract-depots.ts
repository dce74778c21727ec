import type { DepotsSection } from '@pics/core';
import type { Depots } from './app-info.ts';
import { toText, toTimestamp } from './column-values.ts';

/**
 * `timeupdated` of `depots.branches.public`, or `timebuildupdated` where only that is there, and `buildid`; all null for an app
 * without builds.
 */
export function extractDepots(depots: Depots | undefined): DepotsSection {
  const branch = depots?.branches?.public;
  return {
    lastContentUpdate: toTimestamp(branch?.timeupdated) ?? toTimestamp(branch?.timebuildupdated),
    currentBuildId: toText(branch?.buildid, 'depots.branches.public.buildid'),
  };
}
