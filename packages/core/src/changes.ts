import { APP_COLUMNS, snakeCase } from './app-columns.ts';

/** A value as `to_jsonb` gives it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A value before and after. */
export interface ValueChange<Value = Json> {
  old: Value;
  new: Value;
}

/** What was added to a set and removed from it: Steam's ids, or the names of companies and franchises. */
export interface SetChange {
  added: (number | string)[];
  removed: (number | string)[];
}

/**
 * What changed in an app, by field, as stored in the column `changes` of `pics_events`:
 *
 * - `name`, `current_build_id` and other columns of `apps`: both values as `to_jsonb` gives them, times in UTC;
 * - `tags`, `genres`, `categories`, `developers`, `publishers`, `franchises`, `dlc`: a SetChange;
 * - `languages`: both values of each language that changed, null where it is not listed;
 * - `deck`: the row of `app_steam_deck` before and after, null without one;
 * - `branches.NAME`: build_id, time_updated, is_password_required and description before and after, null where it does not exist.
 *
 * Without any field, nothing changed.
 */
export type Changes = { [field: string]: ValueChange | SetChange | Record<string, ValueChange> };

/** The sets of an app, whose changes are recorded as members added and removed. */
const SETS = ['tags', 'genres', 'categories', 'developers', 'publishers', 'franchises', 'dlc'];

/** The fields that changes can be filtered by. A single language or branch is also possible: see `isChangeField`. */
export const CHANGE_FIELDS: readonly string[] = [
  'pics_access',
  ...Object.values(APP_COLUMNS).flatMap((columns) => Object.keys(columns).map(snakeCase)),
  ...SETS,
  'deck',
  'branches',
];

/** Whether changes may have this field: one of CHANGE_FIELDS, `branches.beta` or `languages.german`. */
export function isChangeField(name: string): boolean {
  return CHANGE_FIELDS.includes(name) || /^(branches|languages)\../s.test(name);
}
