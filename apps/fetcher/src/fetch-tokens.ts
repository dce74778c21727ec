import type { FetchTokensJob, WriteTokensJob } from '@pics/core';
import type { PicsClient } from '@pics/steam';

export interface FetchTokensDependencies {
  getAccessTokens: (appids: readonly number[]) => ReturnType<PicsClient['getAccessTokens']>;
  addWriteJob: (job: WriteTokensJob) => Promise<void>;
}

/**
 * Requests the access tokens of some apps, and adds a write job with those that Steam grants. An app that the response leaves
 * out counts as denied.
 *
 * The result is logged and shown with the job, so it contains only counts.
 *
 * @throws SteamUnavailable when there was no complete response; no write job was added.
 */
export async function fetchTokens(
  job: FetchTokensJob,
  { getAccessTokens, addWriteJob }: FetchTokensDependencies,
): Promise<Record<string, number>> {
  const { version, task, batchId, appids } = job;
  const { granted, denied, unmentioned } = (await getAccessTokens(appids)).apps;
  await addWriteJob({ version, task, batchId, granted: [...granted], denied: [...denied, ...unmentioned] });
  return { apps: appids.length, granted: granted.size, denied: denied.length + unmentioned.length };
}
