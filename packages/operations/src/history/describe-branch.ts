import type { Json, ValueChange } from '@pics/core';
import type { ChangeInWords } from './labels.ts';
import { field, valueInWords } from './values-in-words.ts';

/** Describes what changed in a branch, a line each; the time of a build only where the build is the same. */
export function describeBranch(name: string, { old, new: next }: ValueChange): ChangeInWords[] {
  const branch = name.slice('branches.'.length);
  if (next === null) return [{ field: name, label: `Branch ${branch}`, text: 'removed' }];
  if (old === null) return [{ field: name, label: `Branch ${branch}`, text: `added, ${newBranch(next)}` }];
  const line = (label: string, column: string, words: (value: Json) => string) => {
    const [before, after] = [field(old, column), field(next, column)];
    return before === after
      ? []
      : [{ field: name, label: `${label} of ${branch}`, text: `${words(before)} → ${words(after)}` }];
  };
  const builds = line('Build', 'build_id', valueInWords);
  return [
    ...builds,
    ...(builds.length === 0 ? line('Update', 'time_updated', valueInWords) : []),
    ...line('Password', 'is_password_required', (value) => (value === true ? 'required' : 'not required')),
    ...line('Description', 'description', valueInWords),
  ];
}

function newBranch(branch: Json): string {
  const password = field(branch, 'is_password_required') === true ? ', password required' : '';
  const build = field(branch, 'build_id');
  return `${build === null ? 'without a build' : `build ${valueInWords(build)}`}${password}`;
}
