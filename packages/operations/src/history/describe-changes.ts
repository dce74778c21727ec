import { type Changes, type Json, plainText, type SetChange, type ValueChange } from '@pics/core';
import { findNames, type AppEvent, type Database } from '@pics/database';
import { describeBranch } from './describe-branch.ts';
import { describeLanguages } from './describe-languages.ts';
import { type ChangeInWords, labelOf } from './labels.ts';
import { field, valueInWords } from './values-in-words.ts';

/** An event with its changes in words. */
export type DescribedEvent<Event extends AppEvent = AppEvent> = Event & { inWords: ChangeInWords[] };

/** Adds to each event its changes in words, with the names of tags, genres, categories and DLC. */
export async function describeEvents<Event extends AppEvent>(
  database: Database,
  events: readonly Event[],
): Promise<DescribedEvent<Event>[]> {
  const nameOf = await findNames(
    database,
    events.map(({ changes }) => changes),
  );
  return events.map((event) => ({ ...event, inWords: describeChanges(event.changes, nameOf) }));
}

/** The name of a member of a set by its id; undefined where none is known. */
type NameOf = (set: string, id: number) => string | undefined;

/** More members of one set are counted, not listed: a game may get hundreds of DLC at once. */
const MAX_MEMBERS = 20;

/**
 * Describes changes for people, one line each: `Tags: + Roguelike, − Casual`. Branches come last, because there may be a hundred,
 * and public is the first of them. What two fields say is said once: the build of the public branch is also a column, and a new
 * build has a new time. A member of a set is shown by its id where its name is not known. Control characters are replaced;
 * nothing is shortened.
 */
export function describeChanges(changes: Changes, nameOf: NameOf): ChangeInWords[] {
  const repeated = 'branches.public' in changes ? ['current_build_id', 'last_content_update'] : [];
  return Object.entries(changes)
    .filter(([name]) => !repeated.includes(name))
    .toSorted(([a], [b]) => rankOf(a) - rankOf(b))
    .flatMap(([name, change]) => describeField(name, change, nameOf))
    .map((line) => ({ ...line, label: plainText(line.label), text: plainText(line.text) }));
}

function rankOf(field: string): number {
  if (field === 'branches.public') return 1;
  return field.startsWith('branches.') ? 2 : 0;
}

function describeField(name: string, change: Changes[string], nameOf: NameOf): ChangeInWords[] {
  const line = (text: string) => [{ field: name, label: labelOf(name), text }];
  if (isByLanguage(name, change)) return line(describeLanguages(change));
  if (isSetChange(change)) return line(describeSet(name, change, nameOf));
  if (!isValueChange(change)) return [];
  if (name.startsWith('branches.')) return describeBranch(name, change);
  return line(name === 'deck' ? describeDeck(change) : describeValues(name, change));
}

function describeSet(set: string, { added, removed }: SetChange, nameOf: NameOf): string {
  const named = (sign: string) => (member: number | string) =>
    `${sign} ${(typeof member === 'number' ? nameOf(set, member) : undefined) ?? member}`;
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

function describeValues(name: string, { old, new: next }: ValueChange): string {
  const words = (value: Json) =>
    name === 'pics_review_percentage' && value !== null ? `${valueInWords(value)} %` : valueInWords(value);
  return `${words(old)} → ${words(next)}`;
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
