import { APP_COLUMNS, DECK_COLUMNS, snakeCase } from './app-columns.ts';

/**
 * The columns that Steam fills, by table; an empty list for a table that only links two ids. `KEEP_COLUMNS` names tables of this
 * list and columns of it.
 */
export const STEAM_COLUMNS = {
  apps: [...Object.values(APP_COLUMNS).flatMap((columns) => namesOf(columns)), 'pics_access'],
  app_steam_deck: namesOf(DECK_COLUMNS),
  app_steam_tags: ['rank'],
  app_genres: ['is_primary'],
  app_categories: [],
  app_franchises: [],
  app_developers: [],
  app_publishers: [],
  app_dlc: [],
  steam_tags: ['name'],
} satisfies Record<string, readonly string[]>;

function namesOf(columns: object): string[] {
  return Object.keys(columns).map(snakeCase);
}

/** Tables and columns, such as `app_dlc` and `apps.is_free`, in which existing values or rows are never replaced or deleted. */
export type KeptColumns = readonly string[];

/** Why a name cannot be in `KEEP_COLUMNS`, for people to read; undefined when it can. */
export function findKeepFault(name: string): string | undefined {
  const [table = '', column, ...more] = name.split('.');
  const columns: readonly string[] | undefined = Object.entries(STEAM_COLUMNS).find(
    ([one]) => one === table,
  )?.[1];
  if (!columns) return `${name} is none of the tables ${Object.keys(STEAM_COLUMNS).join(', ')}`;
  if (column === undefined || (more.length === 0 && columns.includes(column))) return undefined;
  return columns.length === 0
    ? `${name} is a column of links, name their table: ${table}`
    : `${name} is none of the columns ${columns.join(', ')}`;
}
