import type { Branch, DepotsSection } from '@pics/core';
import type { Depots, DepotsBranch } from './app-info.ts';
import { ExtractionError, toFlag, toText, toTimestamp } from './column-values.ts';

/** Recorded names reach 60 bytes. A build is indexed by app, branch and build, and an entry of a btree has at most 2,704 bytes. */
const MAX_NAME_BYTES = 2_048;

/** The digits of the largest 64-bit number. */
const MAX_BUILD_ID_LENGTH = 20;

/** The fields of `depots.branches`, all null and empty for an app without builds. */
export function extractDepots(depots: Depots | undefined): DepotsSection {
  const branches = depots?.branches ?? [];
  const current = branches.find(({ key }) => key.toLowerCase() === 'public')?.value;
  return {
    lastContentUpdate: current ? timeUpdated(current) : null,
    currentBuildId: toText(current?.buildid, 'depots.branches.public.buildid'),
    branches: extractBranches(branches),
  };
}

/**
 * `depots.branches.{name} {buildid, timeupdated, pwdrequired, description}` in Steam's order. A name is kept exactly, blanks
 * included, because users type it to select the branch. Of names that differ only in case, the first counts.
 *
 * @throws ExtractionError when a name is too long for the index on it.
 */
function extractBranches(list: NonNullable<Depots['branches']>): Branch[] {
  const branches: Branch[] = [];
  const seen = new Set<string>();
  for (const { key, value } of list) {
    const name = toName(key);
    const folded = name.toLowerCase();
    if (name === '' || seen.has(folded)) continue;
    seen.add(folded);
    branches.push({
      name,
      buildId: toBuildId(value.buildid),
      timeUpdated: timeUpdated(value),
      isPasswordRequired: toFlag(value.pwdrequired),
      description: toText(value.description, 'depots.branches.description'),
    });
  }
  return branches;
}

/** `timeupdated`, or `timebuildupdated` where only that is there. */
function timeUpdated(branch: DepotsBranch): number | null {
  return toTimestamp(branch.timeupdated) ?? toTimestamp(branch.timebuildupdated);
}

function toBuildId(value: string | undefined): string | null {
  const buildId = toText(value, 'depots.branches.buildid');
  return buildId === null || buildId.length > MAX_BUILD_ID_LENGTH ? null : buildId;
}

/** The key without NULs, which Postgres refuses. */
function toName(key: string): string {
  const bytes = Buffer.byteLength(key);
  if (bytes > MAX_NAME_BYTES) {
    throw new ExtractionError(`name of a branch of ${bytes} bytes (at most ${MAX_NAME_BYTES})`);
  }
  return key.includes('\0') ? key.replaceAll('\0', '') : key;
}
