import { listChangesSince, type ChangePosition, type Database } from '@pics/database';
import { Router } from 'express';
import { z } from 'zod';
import { limitParameter } from './failures.ts';

/** A position in the feed: a change number, or a change number and an app, as in `next` of a response. */
const position = z
  .string()
  .regex(/^\d{1,15}(:\d{1,10})?$/, 'must be a change number, or the next of a response')
  .transform((text): ChangePosition => {
    const [changeNumber, appid] = text.split(':').map(Number);
    return { changeNumber: changeNumber ?? 0, ...(appid !== undefined && { appid }) };
  });

const changesQuery = z.object({ since: position, limit: limitParameter });

/** `GET /changes`: the changes of apps since a position, the oldest first, and the position to continue from. */
export function changeRoutes(database: Database): Router {
  const routes = Router();
  routes.get('/changes', async ({ query }, response) => {
    const { since, limit } = changesQuery.parse(query);
    const changes = await listChangesSince(database, since, limit);
    const last = changes.at(-1);
    response.json({
      changes,
      next: last ? `${last.changeNumber}:${last.appid}` : query['since'],
      more: changes.length === limit,
    });
  });
  return routes;
}
