import type { AppRecord, Changes } from '@pics/core';

type Members = readonly (number | string)[];

/** What was added to the sets of an app and removed from them, in the order of Steam's lists. */
export function diffSets(old: AppRecord, next: AppRecord): Changes {
  const [before, after] = [setsOf(old), setsOf(next)];
  const changes: Changes = {};
  for (const [field, members] of Object.entries(after)) {
    // The record does not have this set.
    if (!members) continue;
    const added = without(members, before[field]);
    const removed = without(before[field] ?? [], members);
    if (added.length > 0 || removed.length > 0) changes[field] = { added, removed };
  }
  return changes;
}

function setsOf({
  common,
  extended,
  developers,
  publishers,
}: AppRecord): Record<string, Members | undefined> {
  return {
    tags: common?.tagIds,
    genres: common?.genreIds,
    categories: common?.categoryIds,
    developers,
    publishers,
    franchises: common?.franchises,
    dlc: extended?.dlcAppids,
  };
}

function without(members: Members, others: Members = []): (number | string)[] {
  const excluded = new Set(others);
  return [...new Set(members)].filter((member) => !excluded.has(member));
}
