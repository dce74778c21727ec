import { appidSchema } from '@pics/core';
import { findApp, markWanted, type Database } from '@pics/database';
import { formatApps, formatCount } from '@pics/operations';
import { Router } from 'express';
import { z } from 'zod';
import { addToAuditLine } from '../access/audit.ts';
import { ApiError } from './errors.ts';

/** 10,000 fit a request body; larger sets can be split or selected another way. */
export const appidList = z.array(appidSchema).min(1).max(10_000);

export const appidParameter = z
  .string()
  .regex(/^\d{1,10}$/)
  .transform(Number)
  .pipe(appidSchema);

const syncBody = z.strictObject({ appids: appidList });

/** `GET /apps/:appid` and `POST /sync`. */
export function appRoutes(database: Database): Router {
  const routes = Router();
  routes.get('/apps/:appid', async ({ params }, response) => {
    const app = await findApp(database, appidParameter.parse(params.appid));
    if (!app) throw new ApiError(404, 'Unknown app: it is neither stored nor in the ledger.');
    response.json(app);
  });
  routes.post('/sync', async ({ body }, response) => {
    const { appids } = syncBody.parse(body);
    const wanted = await markWanted(database, { appids });
    addToAuditLine({ action: 'sync', apps: wanted });
    const failed = new Set(appids).size - wanted;
    const rest =
      failed === 0
        ? ''
        : ` ${formatCount(failed)} failed before and ${failed === 1 ? 'needs' : 'need'} a requeue.`;
    response.json({ apps: wanted, message: `${formatApps(wanted)} will be fetched now.${rest}` });
  });
  return routes;
}
