import {
  findApp,
  listBranches,
  listBuilds,
  listEvents,
  listLatestEvents,
  type Database,
} from '@pics/database';
import { Router, type Request, type RequestHandler } from 'express';
import { z } from 'zod';
import { describeEvents } from '@pics/operations';
import { eventQuery, formatPosition, historyQuery } from '../history/event-query.ts';
import { appidParameter } from './apps.ts';
import { ApiError } from './errors.ts';
import { limitParameter } from './failures.ts';
import { moment } from './requeue.ts';

const historyPage = historyQuery.extend({ since: moment.optional(), limit: limitParameter });

const buildsQuery = z.object({ branch: z.string().min(1).max(500).optional(), limit: limitParameter });

/** `GET /apps/:appid/history`, `GET /apps/:appid/builds` and `GET /events`. */
export function historyRoutes(database: Database, overviewStream: RequestHandler): Router {
  const routes = Router();
  routes.get('/apps/:appid/history', async ({ params, query }, response) => {
    const appid = appidParameter.parse(params.appid);
    const { change, ...selection } = historyPage.parse(query);
    const found = await listEvents(database, appid, { ...selection, upTo: change });
    if (found.length === 0) await refuseUnknown(database, appid);
    const events = await describeEvents(database, found);
    response.json({
      appid,
      events,
      next: found.length === selection.limit ? (found.at(-1)?.id ?? null) : null,
    });
  });
  routes.get('/apps/:appid/builds', async ({ params, query }, response) => {
    const appid = appidParameter.parse(params.appid);
    const { branch, limit } = buildsQuery.parse(query);
    const [branches, builds] = await Promise.all([
      listBranches(database, appid),
      listBuilds(database, appid, { branch, limit }),
    ]);
    if (branches.length === 0 && builds.length === 0) await refuseUnknown(database, appid);
    const chosen = branches.filter((one) => branch === undefined || one.branch === branch);
    response.json({ appid, branches: chosen, builds });
  });
  routes.get('/events', async (request, response, next) => {
    if (isForOverview(request)) return overviewStream(request, response, next);
    const selection = eventQuery.extend({ limit: limitParameter }).parse(request.query);
    const { events: found } = await listLatestEvents(database, selection);
    const events = await describeEvents(database, found);
    const last = found.length === selection.limit ? found.at(-1) : undefined;
    response.json({ events, next: last ? formatPosition(last) : null });
  });
  return routes;
}

/**
 * Whether a request to `/events` is for the stream of the overview, which had this path first: one without parameters, from a
 * client that prefers an event stream to JSON or accepts anything.
 */
function isForOverview(request: Request): boolean {
  return (
    Object.keys(request.query).length === 0 &&
    request.accepts(['text/event-stream', 'json']) === 'text/event-stream'
  );
}

async function refuseUnknown(database: Database, appid: number): Promise<void> {
  if (!(await findApp(database, appid)))
    throw new ApiError(404, 'Unknown app: it is neither stored nor in the ledger.');
}
