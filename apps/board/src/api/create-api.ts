import type { Database } from '@pics/database';
import express, { Router, type RequestHandler } from 'express';
import type { OverviewStream } from '../overview/overview-stream.ts';
import type { Overview, OverviewReader } from '../overview/read-overview.ts';
import { appRoutes } from './apps.ts';
import type { ListReader } from '../browse/read-lists.ts';
import { browseRoutes } from './browse.ts';
import { ApiError } from './errors.ts';
import { changeRoutes } from './changes.ts';
import { failureRoutes } from './failures.ts';
import { fleetRoutes } from './fleet.ts';
import { historyRoutes } from './history.ts';
import { requeueRoutes } from './requeue.ts';
import { searchRoutes } from './search.ts';

/** 10,000 appids are 80 kB; no other body comes close. */
const MAX_BODY = '256kb';

/**
 * The HTTP API, as docs/api.md describes it: what the overview shows, and every control of the fleet.
 *
 * The response to a write has a `message`, a sentence for people, beside its numbers.
 */
export function createApi(options: {
  database: Database;
  read: OverviewReader;
  lists: ListReader;
  stream: OverviewStream;
  /** Serves the live page of changes. */
  changes: RequestHandler;
}): Router {
  const { database, read, lists, stream, changes } = options;
  const api = Router();
  api.use((_request, response, next) => {
    response.set('cache-control', 'no-store');
    next();
  });
  api.get('/overview', async (_request, response) => void response.json(toResponseBody(await read())));
  api.get('/events/live', changes);
  api.use(express.json({ limit: MAX_BODY, strict: true }));
  api.use(
    searchRoutes(database),
    browseRoutes(lists),
    appRoutes(database),
    failureRoutes(database),
    changeRoutes(database),
    historyRoutes(database, stream.handler),
  );
  api.use(requeueRoutes(database), fleetRoutes(database));
  api.use(() => {
    throw new ApiError(404, 'No such path. docs/api.md lists all of them.');
  });
  return api;
}

/** The response of `GET /overview`, in which the fleet settings are called `steering`: scripts depend on the name. */
function toResponseBody({ ledger, ...rest }: Overview): object {
  if (!ledger) return rest;
  const { settings, ...parts } = ledger;
  return { ...rest, ledger: { ...parts, steering: settings } };
}
