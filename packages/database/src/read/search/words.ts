import { sql, type RawBuilder } from 'kysely';
import type { Database } from '../../connection/connect-database.ts';

/**
 * The words of a search as Postgres stores those of names: once with punctuation as a space and, where that differs, once
 * without it. "X-COM 2" is [x, com, 2] and [xcom, 2].
 */
export type Forms = readonly (readonly string[])[];

/** Reads the words of a search; none when it is blank. */
export async function readForms(db: Database, text: string): Promise<Forms> {
  const { rows } = await sql<{ words: string }>`select pics_search_words(${text}) as words`.execute(db);
  const forms = (rows[0]?.words ?? '').trim().split(' | ');
  return forms.filter((form) => form !== '').map((form) => form.split(' '));
}

/** Condition for apps whose names contain all words of one of these forms, in any order. */
export function matchesForms(forms: Forms): RawBuilder<boolean> {
  return either(forms.map((form) => allOf(form.map(patternOf))));
}

/** Condition for names that contain each word of one of these forms as a whole. */
export function hasWholeWords(forms: Forms): RawBuilder<boolean> {
  return either(forms.map((form) => allOf(form.map((word) => `% ${escapeLike(word)} %`))));
}

/** Condition for names that are one of these forms, in one of their own two. */
export function isExactly(forms: Forms): RawBuilder<boolean> {
  return either(
    forms.map((form) => {
      const name = escapeLike(form.join(' '));
      return either([` ${name} `, ` ${name} | %`, `% | ${name} `].map(isLike));
    }),
  );
}

/** The LIKE pattern of a word. One or two letters would be a part of almost every name, so they are a word there as well. */
export function patternOf(word: string): string {
  return /^[a-z0-9]{1,2}$/.test(word) ? `% ${word} %` : `%${escapeLike(word)}%`;
}

/** Condition for names whose words match all of these patterns; true without any. */
export function allOf(patterns: readonly string[]): RawBuilder<boolean> {
  return patterns.length === 0 ? sql`true` : sql`(${sql.join(patterns.map(isLike), sql` and `)})`;
}

/** Condition for names whose words match one of these patterns. Unlike `any`, an index answers it. */
export function anyOf(patterns: readonly string[]): RawBuilder<boolean> {
  return either(patterns.map(isLike));
}

/** For a LIKE pattern: the text without wildcards. */
export function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}

function isLike(pattern: string): RawBuilder<boolean> {
  return sql`words like ${pattern}`;
}

function either(conditions: readonly RawBuilder<boolean>[]): RawBuilder<boolean> {
  return conditions.length === 0 ? sql`false` : sql`(${sql.join(conditions, sql` or `)})`;
}
