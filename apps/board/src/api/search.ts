import { searchApps, type Database } from '@pics/database';
import { Router } from 'express';
import { z } from 'zod';

/** How many apps are on a page of results. */
export const PAGE_SIZE = 50;

/** A page of a list, from 1. Later pages than the last are a mistake or a scan of the whole table. */
export const pageParameter = z.coerce.number().int().min(1).max(10_000).default(1);

export const searchQuery = z.object({
  q: z.string().trim().max(100, 'must have at most 100 characters').default(''),
  type: z
    .string()
    .trim()
    .max(40, 'must have at most 40 characters')
    .transform((type) => type.toLowerCase() || undefined)
    .optional(),
  page: pageParameter,
});

/** Returns one page of the results of a search. */
export async function readSearch(database: Database, { q, type, page }: z.output<typeof searchQuery>) {
  return searchApps(database, { text: q, type, limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE });
}

/** `GET /apps`. */
export function searchRoutes(database: Database): Router {
  const routes = Router();
  routes.get('/apps', async ({ query }, response) => {
    const searched = searchQuery.parse(query);
    const { apps, total, types, didYouMean } = await readSearch(database, searched);
    const pages = Math.ceil(total / PAGE_SIZE);
    response.json({ apps, total, page: searched.page, pages, types, didYouMean });
  });
  return routes;
}
