import { type Changes, type Json, plainText, type SetChange, type ValueChange } from '@pics/core';
import { describeBranch } from './describe-branch.ts';
import { describeLanguages } from './describe-languages.ts';
import { type ChangeInWords, labelOf } from './labels.ts';
import { field, valueInWords } from './values-in-words.ts';

/** A set whose members are ids. */
export type NamedSet = 'tags' | 'genres' | 'categories' | 'dlc';

/** More members of one set are counted, not listed: a game may get hundreds of DLC at once. */
const MAX_MEMBERS = 20;

/**
 * Changes as people read them, one line each: `Tags: + Roguelike, − Casual`. Branches come last, public first of them: there may
 * be a hundred. What says the same twice is told once: the build of
 * the public branch, and the time of a build beside its number. Control characters are left out, texts are as long as they are.
 *
 * @param nameOf the name of a member of a set by its id; undefined where none is known, then its id is shown.
 */
export function describeChanges(
  changes: Changes,
  nameOf: (set: NamedSet, id: number) => string | undefined,
): ChangeInWords[] {
  const repeated = 'branches.public' in changes ? ['current_build_id', 'last_content_update'] : [];
  return Object.entries(changes)
    .filter(([name]) => !repeated.includes(name))
    .toSorted(([a], [b]) => placeOf(a) - placeOf(b))
    .flatMap(([name, change]) => describeField(name, change, nameOf))
    .map((line) => ({ ...line, label: plainText(line.label), text: plainText(line.text) }));
}

function placeOf(field: string): number {
  if (field === 'branches.public') return 1;
  return field.startsWith('branches.') ? 2 : 0;
}

function describeField(
  name: string,
  change: Changes[string],
  nameOf: (set: NamedSet, id: number) => string | undefined,
): ChangeInWords[] {
  const line = (text: string) => [{ field: name, label: labelOf(name), text }];
  if (isByLanguage(name, change)) return line(describeLanguages(change));
  if (isSetChange(change)) return line(describeSet(name, change, nameOf));
  if (!isValueChange(change)) return [];
  if (name.startsWith('branches.')) return describeBranch(name, change);
  return line(name === 'deck' ? describeDeck(change) : arrow(change));
}

function describeSet(
  set: string,
  { added, removed }: SetChange,
  nameOf: (set: NamedSet, id: number) => string | undefined,
): string {
  const named = (sign: string) => (member: number | string) =>
    `${sign} ${(typeof member === 'number' && isNamedSet(set) ? nameOf(set, member) : undefined) ?? member}`;
  const words = [...added.map(named('+')), ...removed.map(named('−'))];
  const more = words.length - MAX_MEMBERS;
  return more > 0 ? `${words.slice(0, MAX_MEMBERS).join(', ')} and ${more} more` : words.join(', ');
}

function describeDeck({ old, new: next }: ValueChange): string {
  const [before, after] = [field(old, 'status'), field(next, 'status')];
  if (before !== after)
    return `${valueInWords(before ?? 'not tested')} → ${valueInWords(after ?? 'not tested')}`;
  const isNewTest = field(old, 'test_timestamp') !== field(next, 'test_timestamp');
  return `${valueInWords(after)}, ${isNewTest ? 'tested again' : 'details changed'}`;
}

function arrow({ old, new: next }: { old: Json; new: Json }): string {
  return `${valueInWords(old)} → ${valueInWords(next)}`;
}

/** By the name of the field: a language may be called anything, `old` too. */
function isByLanguage(name: string, _change: Changes[string]): _change is Record<string, ValueChange> {
  return name === 'languages';
}

function isSetChange(change: Changes[string]): change is SetChange {
  return 'added' in change && 'removed' in change;
}

function isValueChange(change: Changes[string]): change is ValueChange {
  return 'old' in change && 'new' in change;
}

function isNamedSet(set: string): set is NamedSet {
  return ['tags', 'genres', 'categories', 'dlc'].includes(set);
}
