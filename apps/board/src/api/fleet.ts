import { getFleetSettings, updateFleetSettings, type Database } from '@pics/database';
import { findRate, findRateWarning, formatRate, HIGHEST_RATE, LOWEST_RATE } from '@pics/operations';
import { Router } from 'express';
import { z } from 'zod';
import { addToAuditLine } from '../access/audit.ts';

/** A rate for the whole fleet, as a number or as text such as "30/min"; null resets it to FETCH_RATE_PER_SECOND. */
export const rateBody = z.strictObject({
  requestsPerSecond: z
    .union([z.number(), z.string().transform((text) => findRate(text.trim()) ?? Number.NaN)])
    .pipe(z.number().min(LOWEST_RATE).max(HIGHEST_RATE))
    .nullable(),
});

/** `POST /pause`, `POST /resume`, `GET /rate` and `PUT /rate`. */
export function fleetRoutes(database: Database): Router {
  const routes = Router();
  routes.post('/pause', async (_request, response) => {
    addToAuditLine({ action: 'pause' });
    const settings = await updateFleetSettings(database, { paused: true });
    response.json({ ...settings, message: 'Paused: no new batches are dispatched.' });
  });
  routes.post('/resume', async (_request, response) => {
    addToAuditLine({ action: 'resume' });
    const settings = await updateFleetSettings(database, { paused: false });
    response.json({ ...settings, message: 'Resumed.' });
  });
  routes.get('/rate', async (_request, response) => void response.json(await getFleetSettings(database)));
  routes.put('/rate', async ({ body }, response) => {
    const { requestsPerSecond } = rateBody.parse(body);
    addToAuditLine({ action: 'rate', requestsPerSecond });
    const settings = await updateFleetSettings(database, { fetchRate: requestsPerSecond });
    const message =
      requestsPerSecond === null
        ? 'Rate reset to FETCH_RATE_PER_SECOND.'
        : `Rate set to ${formatRate(requestsPerSecond)} requests a second for the whole fleet.`;
    const warning = requestsPerSecond === null ? undefined : findRateWarning(requestsPerSecond);
    response.json({ ...settings, message, warning });
  });
  return routes;
}
