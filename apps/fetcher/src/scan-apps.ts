import { SteamUnavailable, type ScanAppsJob, type WriteScanJob } from '@pics/core';
import type { ProductMetadata } from '@pics/steam';
import { readTokens, type AccessTokens } from './read-tokens.ts';

export interface ScanAppsDependencies {
  getProductMetadata: (appids: readonly number[], tokens: AccessTokens) => Promise<ProductMetadata>;
  addWriteJob: (job: WriteScanJob) => Promise<void>;
}

/**
 * Scans some ids: one metadata-only request, and a write job with the change numbers of the ids that exist.
 *
 * @throws SteamUnavailable when the session was lost before any part of the response arrived; no write job was added.
 */
export async function scanApps(
  job: ScanAppsJob,
  dependencies: ScanAppsDependencies,
): Promise<Record<string, number>> {
  const metadata = await dependencies.getProductMetadata(job.appids, readTokens(job));
  const unanswered = metadata.unanswered.map((app) => app.appid);
  if (unanswered.length === job.appids.length && metadata.unanswered[0]?.reason === 'disconnected') {
    throw new SteamUnavailable('the connection to Steam was lost before a response arrived');
  }
  const seen = metadata.apps.map(describeSeen);
  const { version, task, batchId } = job;
  await dependencies.addWriteJob({ version, task, batchId, seen, unanswered });
  return { apps: job.appids.length, seen: seen.length, unanswered: unanswered.length, parts: metadata.parts };
}

function describeSeen({
  appid,
  changeNumber,
  missingToken,
  sha1,
}: ProductMetadata['apps'][number]): WriteScanJob['seen'][number] {
  if (sha1 === undefined) return [appid, changeNumber];
  return missingToken ? [appid, changeNumber, null, sha1] : [appid, changeNumber, sha1];
}
