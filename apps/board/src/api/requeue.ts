import { findFailedApps, requeueApps, type Database, type RequeueSelection } from '@pics/database';
import { findMomentAgo, formatApps } from '@pics/operations';
import { Router } from 'express';
import { z } from 'zod';
import { addToAuditLine } from '../access/audit.ts';
import { appidList } from './apps.ts';
import { failureFilter } from './failures.ts';

const text = z.string().trim().min(1).max(500);

/** A point in time: an ISO date, a date and time with its zone, or how long ago it was. */
export const moment = z.union(
  [
    z.union([z.iso.date(), z.iso.datetime({ offset: true })]).transform((time) => new Date(time)),
    z
      .string()
      .transform((ago) => findMomentAgo(ago.trim()))
      .pipe(z.date()),
  ],
  { error: 'must be a date such as 2026-11-22, or 2026-11-22T14:00:00Z, or how long ago: 2h, 3d' },
);

const dryRun = z.boolean().default(false);

/** Exactly one selection of apps. */
const requeueBody = z.union(
  [
    z.strictObject({ failed: z.literal(true), dryRun }),
    z.strictObject({ appids: appidList, dryRun }),
    z.strictObject({ error: text, dryRun }),
    z.strictObject({ failureGroup: text, dryRun }),
    z.strictObject({ failures: failureFilter, dryRun }),
    z.strictObject({ type: text, dryRun }),
    z.strictObject({ since: moment, dryRun }),
    z.strictObject({ all: z.literal(true), dryRun }),
  ],
  {
    error:
      'must be one of {"failed": true}, {"appids": [440]}, {"error": "text"}, {"failureGroup": "Class: message"}, ' +
      '{"failures": {"state": "retrying"}}, {"type": "dlc"}, {"since": "2026-11-22" or "2h"} and {"all": true}, each with an optional "dryRun"',
  },
);

type RequeueBody = z.infer<typeof requeueBody>;
type SelectionOf<Body> = Body extends unknown ? Omit<Body, 'dryRun'> : never;

/** `POST /requeue`: gives the selected apps fresh attempts, or with `dryRun` only counts them. */
export function requeueRoutes(database: Database): Router {
  const routes = Router();
  routes.post('/requeue', async ({ body }, response) => {
    const { dryRun: isDryRun, ...selection } = requeueBody.parse(body);
    const { apps, id } = await requeueApps(database, await findSelection(database, selection), {
      dryRun: isDryRun,
    });
    addToAuditLine({ action: 'requeue', ...summarize(selection), dryRun: isDryRun, apps });
    const message = `${formatApps(apps)} ${isDryRun ? 'would be requeued' : 'requeued'}.`;
    response.json({ apps, dryRun: isDryRun, requeue: id, message });
  });
  return routes;
}

async function findSelection(
  database: Database,
  selection: SelectionOf<RequeueBody>,
): Promise<RequeueSelection> {
  if ('failureGroup' in selection) return { appids: await findFailedApps(database, selection.failureGroup) };
  return selection;
}

/** For the audit line, which lists up to 20 appids and only counts more. */
function summarize(selection: object): object {
  if (!('appids' in selection) || !Array.isArray(selection.appids)) return selection;
  const { appids } = selection;
  return appids.length <= 20 ? { appids } : { appids: `${appids.length} ids` };
}
