import { z } from 'zod';

/** What a column of 32 bits holds at most, as ids of Steam do where they are stored. */
export const LARGEST_INTEGER = 2_147_483_647;

export const appidSchema = z.int().min(0).max(LARGEST_INTEGER);

/**
 * A list of whole numbers, for columns of 32 bits.
 *
 * Looked at as one: a schema for each number made objects for each, and lists of ids are what jobs are full of.
 */
export function wholeNumbers(smallest = -LARGEST_INTEGER - 1) {
  const fits = (number: unknown) =>
    Number.isInteger(number) && Number(number) >= smallest && Number(number) <= LARGEST_INTEGER;
  return z.custom<number[]>((value) => Array.isArray(value) && value.every(fits), {
    error: `expected whole numbers from ${smallest} to ${LARGEST_INTEGER}`,
  });
}
