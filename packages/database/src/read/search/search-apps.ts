import { LARGEST_INTEGER } from '@pics/core';
import { sql, type OrderByItemBuilder } from 'kysely';
import type { Database } from '../../connection/connect-database.ts';
import { suggestWords } from './suggest-words.ts';
import { hasWholeWords, isExactly, matchesForms, readForms } from './words.ts';

export interface FoundApp {
  appid: number;
  name: string | null;
  type: string | null;
  picsAccess: string | null;
}

export interface Search {
  /** Words of a name, or an id. */
  text: string;
  /** Only apps of this type, such as game. */
  type?: string | undefined;
  /** How many apps are returned. */
  limit: number;
  /** How many of the best are left out before them. */
  offset?: number;
}

export interface SearchResult {
  /** The best first. */
  apps: FoundApp[];
  /** How many match, with those that are not returned. */
  total: number;
  /** How many match of each type, whatever type was asked for; the most first. */
  types: { type: string | null; apps: number }[];
  /** When nothing matches: a similar search that finds something. */
  didYouMean: string | null;
}

/** The prominence of games is this or higher; see the function pics_prominence. */
const GAME = 10;

/**
 * Searches the stored apps by id or by words of the name. Case, accents, apostrophes, punctuation and the order of words do
 * not matter; a word of three letters or more may be a part of one in the name.
 *
 * The order: the id itself, the exact name, games before other types, whole words before parts of words, what is reviewed
 * much before what is not, short names before long ones.
 *
 * An index of trigrams finds the rows where the database has pg_trgm. Without it each search reads a narrow row of every app.
 */
export async function searchApps(
  db: Database,
  { text, type, limit, offset = 0 }: Search,
): Promise<SearchResult> {
  const forms = await readForms(db, text);
  if (forms.length === 0) return { apps: [], total: 0, types: [], didYouMean: null };
  const isId = sql<boolean>`appid = ${findAppid(text)}::integer`;
  const matches = sql<boolean>`(${matchesForms(forms)} or ${isId})`;
  const descending = (order: OrderByItemBuilder) => order.desc().nullsLast();
  const [apps, types] = await Promise.all([
    db
      .selectFrom('picsAppSearch')
      .select((eb) => [
        'appid',
        'name',
        'type',
        eb
          .selectFrom('apps')
          .select('picsAccess')
          .whereRef('apps.appid', '=', 'picsAppSearch.appid')
          .as('picsAccess'),
      ])
      .where(matches)
      .$if(type !== undefined, (query) => query.where('type', '=', type ?? null))
      .orderBy(isId, descending)
      .orderBy(isExactly(forms), descending)
      .orderBy(sql`prominence >= ${sql.lit(GAME)}`, 'desc')
      .orderBy(hasWholeWords(forms), descending)
      .orderBy('prominence', 'desc')
      .orderBy(sql`length(name)`)
      .orderBy('appid')
      .limit(limit)
      .offset(offset)
      .execute(),
    db
      .selectFrom('picsAppSearch')
      .select((eb) => ['type', eb.fn.countAll<number>().as('apps')])
      .where(matches)
      .groupBy('type')
      .orderBy('apps', 'desc')
      .orderBy('type')
      .execute(),
  ]);
  const counted = type === undefined ? types : types.filter((row) => row.type === type);
  return {
    apps,
    total: counted.reduce((sum, row) => sum + row.apps, 0),
    types,
    didYouMean: types.length === 0 ? await suggestWords(db, forms[0] ?? []) : null,
  };
}

function findAppid(text: string): number | null {
  const appid = /^\s*\d{1,10}\s*$/.test(text) ? Number(text) : null;
  return appid !== null && appid <= LARGEST_INTEGER ? appid : null;
}
