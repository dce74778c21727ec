import { extractApp } from '@pics/appinfo';
import {
  describeError,
  MAX_ATTEMPTS,
  PermanentError,
  SteamUnavailable,
  type FetchAppsJob,
  type WriteAppsJob,
} from '@pics/core';
import type { ProductInfo, Unanswered } from '@pics/steam';

export interface FetchAppsDependencies {
  getProductInfo: (appids: readonly number[]) => Promise<ProductInfo>;
  addWriteJob: (job: WriteAppsJob) => Promise<void>;
}

/**
 * One batch of apps: one PICS request, its records handed to the writer.
 *
 * Every app of the batch ends up in exactly one list of the write job, so that the ledger hears of each: a body that cannot
 * be read fails its app alone, and what Steam left out is wanted again. The write job is in Redis before this returns; a
 * replica killed anywhere before that leaves the batch to be fetched once more.
 *
 * @throws SteamUnavailable when the session went before anything came: nothing was handed on, the batch is still whole.
 * @throws PermanentError when the last app of an unanswered batch got no answer either. The ledger has been told; the job
 *   fails so that it stands among the failed ones, from where it can be retried.
 */
export async function fetchApps(
  job: FetchAppsJob,
  dependencies: FetchAppsDependencies,
): Promise<Record<string, number>> {
  const { counts, unanswered, added } = handOn(
    job,
    await dependencies.getProductInfo(job.appids),
    dependencies,
  );
  await added;
  const [last] = unanswered;
  if (last?.counts && job.appids.length === 1 && job.attempt + 1 >= MAX_ATTEMPTS) {
    throw new PermanentError(`app ${last.appid} failed after ${MAX_ATTEMPTS} attempts, ${last.reason}`);
  }
  return counts;
}

/**
 * Hands everything that came of a batch to the writer; `added` resolves when it is in Redis.
 *
 * Not part of the function above, for an async function holds all of its variables until it ends: bodies and records would
 * outlive the wait for Redis, and the garbage collector would move twice as much.
 */
function handOn(job: FetchAppsJob, info: ProductInfo, dependencies: FetchAppsDependencies) {
  if (info.unanswered.length === job.appids.length && info.unanswered.every(isDisconnect)) {
    throw new SteamUnavailable('the connection to Steam was lost before an answer came');
  }
  const { records, failed } = extractApps(info);
  const unanswered = info.unanswered.map((app) => ({
    appid: app.appid,
    reason: `NoResponse: ${REASONS[app.reason]}`,
    counts: !isDisconnect(app),
  }));
  const counts = {
    apps: job.appids.length,
    records: records.length,
    unknown: info.unknown.length,
    failed: failed.length,
    unanswered: unanswered.length,
    parts: info.parts,
    changeNumber: job.changeNumber,
  };
  const { version, task, batchId, changeNumber } = job;
  const added = dependencies.addWriteJob({
    version,
    task,
    batchId,
    changeNumber,
    records,
    unknown: info.unknown,
    failed,
    unanswered,
  });
  return { counts, unanswered, added };
}

const REASONS: Record<Unanswered['reason'], string> = {
  absent: 'Steam left the app out of its answer',
  timeout: 'Steam did not answer in time',
  disconnected: 'the connection was lost before the answer was complete',
  corrupt: 'the body does not match the SHA-1 it was announced with',
  unreadable: 'the body could not be read',
};

function isDisconnect(app: Unanswered): boolean {
  return app.reason === 'disconnected';
}

function extractApps(info: ProductInfo): Pick<WriteAppsJob, 'records' | 'failed'> {
  const records: WriteAppsJob['records'] = [];
  const failed: WriteAppsJob['failed'] = [];
  for (const entry of info.apps) {
    try {
      records.push(extractApp(entry));
    } catch (error) {
      failed.push({ appid: entry.appid, error: describeError(error) });
    }
  }
  return { records, failed };
}
