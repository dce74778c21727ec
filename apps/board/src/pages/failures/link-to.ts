import type { FailureFilter } from '@pics/database';

/** The page of failures with this filter, relative to the overview. */
export function linkTo({ page, ...filter }: FailureFilter & { page?: number }): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...filter, page })) {
    if (value !== undefined) query.set(name, String(value));
  }
  return `failures?${query.toString()}`;
}
