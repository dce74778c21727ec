import type { FailureFilter } from '@pics/database';
import { withQuery } from '../with-query.ts';

/** The page of failures with this filter, relative to the overview. */
export function linkTo({ page, ...filter }: FailureFilter & { page?: number }): string {
  return withQuery('failures', { ...filter, page });
}
