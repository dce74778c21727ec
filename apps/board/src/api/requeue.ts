import { findFailedApps, requeueApps, type Database, type RequeueSelection } from '@pics/database';
import type { z } from 'zod';
import { noteWrite } from '../access/audit.ts';
import { formatCount } from '../pages/format.ts';
import type { requeueBody } from './bodies.ts';

type RequeueBody = z.infer<typeof requeueBody>;
type SelectionOf<Body> = Body extends unknown ? Omit<Body, 'dryRun'> : never;

/**
 * Gives the chosen apps fresh attempts, or with `dryRun` only counts them.
 *
 * @returns how many apps, and a sentence that says so.
 */
export async function requeue(
  database: Database,
  body: RequeueBody,
): Promise<{ apps: number; dryRun: boolean; message: string }> {
  const { dryRun, ...selection } = body;
  const apps = await requeueApps(database, await selectionOf(database, selection), { dryRun });
  noteWrite({ action: 'requeue', ...summarize(selection), dryRun, apps });
  const counted = `${formatCount(apps)} ${apps === 1 ? 'app' : 'apps'}`;
  return { apps, dryRun, message: dryRun ? `${counted} would be requeued.` : `${counted} requeued.` };
}

async function selectionOf(
  database: Database,
  selection: SelectionOf<RequeueBody>,
): Promise<RequeueSelection> {
  if ('failureGroup' in selection) return { appids: await findFailedApps(database, selection.failureGroup) };
  if ('since' in selection) return { since: new Date(selection.since) };
  return selection;
}

/** For the audit line, which names few apps and counts many. */
function summarize(selection: object): object {
  if (!('appids' in selection) || !Array.isArray(selection.appids)) return selection;
  const { appids } = selection;
  return appids.length <= 20 ? { appids } : { appids: `${appids.length} ids` };
}
