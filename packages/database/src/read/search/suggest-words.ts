import { distance } from 'fastest-levenshtein';
import { sql } from 'kysely';
import type { Database } from '../../connection/connect-database.ts';
import { allOf, anyOf, matchesForms, patternOf } from './words.ts';

/** The words of this many names are compared, games and much-reviewed apps first: 10 ms, where half a word is a common one. */
const NAMES = 5_000;

/** Another word that may have been meant. */
interface Candidate {
  word: string;
  /** Of its most prominent app. */
  prominence: number;
  apps: number;
}

/**
 * Suggests a search that finds something in place of one that finds nothing: with a misspelt word corrected, or with the space
 * that is missing in one. One wrong, missing, additional or swapped letter is always found in a word of four letters or more,
 * two are often found in a longer one.
 *
 * @param words of the search, as `readForms` returns them.
 * @returns null when there is no such search.
 */
export async function suggestWords(db: Database, words: readonly string[]): Promise<string | null> {
  const known = await findKnown(db, words);
  const unknown = words.filter((word) => !known.has(word));
  // All words of them occur, but in no name together: any of them may be the wrong one.
  const attempts = unknown.length > 0 ? [unknown] : words.map((word) => [word]);
  for (const wrong of attempts) {
    const context = words.filter((word) => !wrong.includes(word)).map(patternOf);
    const corrected: string[] = [];
    for (const word of words) corrected.push(wrong.includes(word) ? await correct(db, word, context) : word);
    const suggestion = corrected.join(' ');
    if (suggestion !== words.join(' ') && (await isFound(db, suggestion.split(' ')))) return suggestion;
  }
  return null;
}

/** The word that was probably meant; the word itself where there is none. */
async function correct(db: Database, word: string, context: readonly string[]): Promise<string> {
  if (!/[\p{L}\p{N}]/u.test(word)) return word;
  const split = await findSplit(db, word, context);
  if (split !== undefined) return split;
  const swaps = swapNeighbours(word);
  const candidates = (await findCandidates(db, word, swaps, context))
    .map((candidate) => ({
      ...candidate,
      edits: swaps.includes(candidate.word) ? 1 : distance(candidate.word, word),
    }))
    .filter(({ edits }) => edits <= (word.length < 6 ? 1 : 2))
    .sort((a, b) => a.edits - b.edits || b.prominence - a.prominence || b.apps - a.apps);
  return candidates[0]?.word ?? word;
}

/**
 * Finds words that may be within one edit: an edit changes one half of a word, and leaves the other as it was, unless it swaps
 * the two letters in the middle.
 */
async function findCandidates(
  db: Database,
  word: string,
  swaps: readonly string[],
  context: readonly string[],
): Promise<Candidate[]> {
  const half = Math.floor(word.length / 2);
  if (half < 2) return [];
  const [beginning, end] = [word.slice(0, half), word.slice(-half)];
  const inNames = [`% ${beginning}%`, `%${end} %`, ...swaps.map((swap) => `% ${swap} %`)];
  const asWords = [`${beginning}%`, `%${end}`, ...swaps];
  const { rows } = await sql<Candidate>`
    select word, max(prominence) as prominence, count(*) as apps
    from (
      select words, prominence from pics_app_search
      where ${anyOf(inNames)} and ${allOf(context)}
      order by prominence >= 10 desc, prominence desc
      limit ${NAMES}
    ) as named, string_to_table(words, ' ') as word
    where word like any (${asWords}) and length(word) between ${word.length - 2} and ${word.length + 2}
    group by word
  `.execute(db);
  return rows;
}

/** Finds the two words that this one is without the space between them. */
async function findSplit(
  db: Database,
  word: string,
  context: readonly string[],
): Promise<string | undefined> {
  const splits = Array.from({ length: Math.max(0, word.length - 2) }, (_, index) => {
    return `${word.slice(0, index + 2)} ${word.slice(index + 2)}`;
  });
  if (splits.length === 0) return undefined;
  // A query for each: the patterns must be constants, or the planner reads all names that match the context.
  const queries = splits.map(
    (split) => sql`
      select ${split}::text as split
      where exists (select from pics_app_search where words like ${`% ${split} %`} and ${allOf(context)})
    `,
  );
  const { rows } = await sql<{ split: string }>`${sql.join(queries, sql` union all `)} limit 1`.execute(db);
  return rows[0]?.split;
}

async function findKnown(db: Database, words: readonly string[]): Promise<Set<string>> {
  const patterns = words.map(patternOf);
  const { rows } = await sql<{ word: string }>`
    select word from unnest(${words}::text[], ${patterns}::text[]) as searched (word, pattern)
    where exists (select from pics_app_search where words like pattern)
  `.execute(db);
  return new Set(rows.map(({ word }) => word));
}

async function isFound(db: Database, words: readonly string[]): Promise<boolean> {
  const { rows } = await sql`select from pics_app_search where ${matchesForms([words])} limit 1`.execute(db);
  return rows.length > 0;
}

/** The word with each pair of neighbouring letters swapped. */
function swapNeighbours(word: string): string[] {
  return Array.from({ length: Math.max(0, word.length - 1) }, (_, index) => {
    return word.slice(0, index) + word.charAt(index + 1) + word.charAt(index) + word.slice(index + 2);
  });
}
