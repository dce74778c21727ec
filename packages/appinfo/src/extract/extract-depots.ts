import type { DepotsSection } from '@pics/core';
import type { Depots } from './app-info.ts';
import { toText, toTimestamp } from './column-values.ts';

/** `depots.branches.public.timeupdated` and `.buildid`; all null for an app without builds. */
export function extractDepots(depots: Depots | undefined): DepotsSection {
  const branch = depots?.branches?.public;
  return {
    lastContentUpdate: toTimestamp(branch?.timeupdated),
    currentBuildId: toText(branch?.buildid, 'depots.branches.public.buildid'),
  };
}
