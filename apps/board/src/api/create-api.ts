import {
  findApp,
  getFleetSettings,
  markWanted,
  searchApps,
  updateFleetSettings,
  type Database,
} from '@pics/database';
import express, { Router } from 'express';
import { noteWrite } from '../access/audit.ts';
import { formatCount, formatRate } from '../pages/format.ts';
import type { OverviewReader } from '../overview/read-overview.ts';
import type { OverviewStream } from '../overview/overview-stream.ts';
import { ApiError } from './api-error.ts';
import { appidParameter, rateBody, requeueBody, searchQuery, syncBody } from './bodies.ts';
import { requeue } from './requeue.ts';

/** 10,000 appids are 80 kB; nothing else comes near. */
const LARGEST_BODY = '256kb';

const FOUND_APPS = 50;

/**
 * The HTTP API, as docs/api.md describes it: what the overview shows, and everything that can be told the fleet.
 *
 * Every write answers with `message`, a sentence for people, beside its figures.
 */
export function createApi(options: {
  database: Database;
  read: OverviewReader;
  stream: OverviewStream;
}): Router {
  const { database, read, stream } = options;
  const api = Router();
  api.use((_request, response, next) => {
    response.set('cache-control', 'no-store');
    next();
  });

  api.get('/overview', async (_request, response) => void response.json(await read()));
  api.get('/events', stream.handler);
  api.get('/apps', async ({ query }, response) => {
    const { q } = searchQuery.parse(query);
    response.json({ apps: await searchApps(database, q, FOUND_APPS) });
  });
  api.get('/apps/:appid', async ({ params }, response) => {
    const found = await findApp(database, appidParameter.parse(params.appid));
    if (!found) throw new ApiError(404, 'Neither the tables nor the ledger know this app.');
    response.json(found);
  });

  api.use(express.json({ limit: LARGEST_BODY, strict: true }));
  api.post('/requeue', async ({ body }, response) => {
    response.json(await requeue(database, requeueBody.parse(body)));
  });
  api.post('/sync', async ({ body }, response) => {
    const { appids } = syncBody.parse(body);
    const wanted = await markWanted(database, { appids });
    noteWrite({ action: 'sync', apps: wanted });
    const asked = new Set(appids).size;
    const left = asked - wanted;
    const rest =
      left === 0 ? '' : ` ${formatCount(left)} failed before and ${left === 1 ? 'needs' : 'need'} a requeue.`;
    response.json({ apps: wanted, message: `${countApps(wanted)} will be fetched now.${rest}` });
  });
  for (const [path, paused] of [
    ['/pause', true],
    ['/resume', false],
  ] as const) {
    api.post(path, async (_request, response) => {
      noteWrite({ action: path.slice(1) });
      const steering = await updateFleetSettings(database, { paused });
      response.json({ ...steering, message: paused ? 'Paused: nothing more is dispatched.' : 'Resumed.' });
    });
  }
  api.get('/rate', async (_request, response) => void response.json(await getFleetSettings(database)));
  api.put('/rate', async ({ body }, response) => {
    const { requestsPerSecond } = rateBody.parse(body);
    noteWrite({ action: 'rate', requestsPerSecond });
    const steering = await updateFleetSettings(database, { fetchRate: requestsPerSecond });
    const message =
      requestsPerSecond === null
        ? 'The rate is again what FETCH_RATE_PER_SECOND says.'
        : `The fleet makes ${formatRate(requestsPerSecond)} requests a second from now on.`;
    response.json({ ...steering, message });
  });
  api.use(() => {
    throw new ApiError(404, 'There is nothing here; docs/api.md lists what there is.');
  });
  return api;
}

/** "1 app", "12 apps". */
function countApps(apps: number): string {
  return `${formatCount(apps)} ${apps === 1 ? 'app' : 'apps'}`;
}
