import { type AppRecord, type Branch, branchColumns, type Changes } from '@pics/core';
import { rowJson } from './column-json.ts';
import { diffByKey } from './diff-by-key.ts';

/** Both states of each branch that was added, removed or changed, as `branches.NAME`. */
export function diffBranches(old: AppRecord, next: AppRecord): Changes {
  const [before, after] = [old.depots ? old.depots.branches : [], next.depots?.branches];
  // Records of an older version have no branches.
  if (!before || !after) return {};
  return diffByKey(before.map(branchEntry), after.map(branchEntry));
}

function branchEntry(branch: Branch) {
  const { branch: name, ...state } = branchColumns(branch);
  return [`branches.${name}`, rowJson(state)] as const;
}
