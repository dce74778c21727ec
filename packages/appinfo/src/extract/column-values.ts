import { PermanentError } from '@pics/core';

/** The body is KeyValues text but cannot become a record of this app; the message says why. */
export class ExtractionError extends PermanentError {
  override name = 'ExtractionError';
}

/** Postgres' integer; app, tag, genre and category ids are such columns. */
export const MAX_INTEGER = 2_147_483_647;
/** Postgres' smallint. */
export const MIN_SMALLINT = -32_768;
export const MAX_SMALLINT = 32_767;

/** The end of JavaScript's Date, 275760-09-13T00:00:00Z: 18,516 years before that of timestamptz. */
const MAX_TIMESTAMP = 8_640_000_000_000;

/**
 * Far above any text that Steam publishes (recorded: 511 bytes, a list of DLC) and low enough that a batch of such
 * records still fits in a job. In characters.
 */
const MAX_TEXT_LENGTH = 65_536;

/**
 * The text as a column or a jsonb value can hold it: without NULs, which Postgres refuses, and trimmed; null when
 * nothing is left.
 *
 * @param path where it is in the body, for the error.
 * @throws ExtractionError when it is longer than 65,536 characters.
 */
export function toText(value: string | undefined, path: string): string | null {
  if (value === undefined || value === '') return null;
  return toStorable(value, path).trim() || null;
}

/** The same, but blanks stay and an empty text stays empty. */
export function toStorable(value: string, path: string): string {
  if (value.length > MAX_TEXT_LENGTH) {
    throw new ExtractionError(`${path} is ${value.length} characters long (at most ${MAX_TEXT_LENGTH})`);
  }
  return value.includes('\0') ? value.replaceAll('\0', '') : value;
}

/** The decimal number within the range, else null: an empty value is not zero, and what does not fit its column is null. */
export function toInteger(value: string | undefined, min: number, max: number): number | null {
  if (value === undefined || value === '') return null;
  let number = 0;
  for (let i = 0; i < value.length; i++) {
    const digit = value.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return /^\s*-?\d+\s*$/.test(value) ? within(Number(value), min, max) : null;
    number = number * 10 + digit;
  }
  return within(number, min, max);
}

function within(number: number, min: number, max: number): number | null {
  return number >= min && number <= max ? number : null;
}

/** An id: a positive integer. Steam writes 0 where there is none. */
export function toId(value: string | undefined): number | null {
  return toInteger(value, 1, MAX_INTEGER);
}

/** A time in Unix seconds that Date and timestamptz can hold; Steam writes 0 where there is none. */
export function toTimestamp(value: string | undefined): number | null {
  return toInteger(value, 1, MAX_TIMESTAMP);
}

/** Whether the value is `1` or `true`. */
export function toFlag(value: string | undefined): boolean {
  if (value === undefined || value === '') return false;
  return value === '1' || value === 'true' || /^\s*(?:1|true)\s*$/i.test(value);
}
