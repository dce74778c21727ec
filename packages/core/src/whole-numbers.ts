import { z } from 'zod';

/** The largest value of a 32-bit column; ids of Steam are stored in such columns. */
export const LARGEST_INTEGER = 2_147_483_647;

export const appidSchema = z.int().min(0).max(LARGEST_INTEGER);

/**
 * A list of whole numbers that fit a 32-bit column.
 *
 * Checked as a whole: jobs consist mostly of lists of ids, and a schema for each number would allocate for each.
 */
export function wholeNumbers(smallest = -LARGEST_INTEGER - 1) {
  const fits = (number: unknown) =>
    Number.isInteger(number) && Number(number) >= smallest && Number(number) <= LARGEST_INTEGER;
  return z.custom<number[]>((value) => Array.isArray(value) && value.every(fits), {
    error: `expected whole numbers from ${smallest} to ${LARGEST_INTEGER}`,
  });
}
