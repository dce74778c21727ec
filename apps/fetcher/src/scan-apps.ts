import { SteamUnavailable, type ScanAppsJob, type WriteScanJob } from '@pics/core';
import type { ProductMetadata } from '@pics/steam';

export interface ScanAppsDependencies {
  getProductMetadata: (appids: readonly number[]) => Promise<ProductMetadata>;
  addWriteJob: (job: WriteScanJob) => Promise<void>;
}

/**
 * One range of ids: one metadata-only request, the change numbers of those that exist handed to the writer.
 *
 * @throws SteamUnavailable when the session went before anything came: nothing was handed on.
 */
export async function scanApps(
  job: ScanAppsJob,
  dependencies: ScanAppsDependencies,
): Promise<Record<string, number>> {
  const metadata = await dependencies.getProductMetadata(job.appids);
  const unanswered = metadata.unanswered.map((app) => app.appid);
  if (unanswered.length === job.appids.length && metadata.unanswered[0]?.reason === 'disconnected') {
    throw new SteamUnavailable('the connection to Steam was lost before an answer came');
  }
  const seen = metadata.apps.map((app): [number, number] => [app.appid, app.changeNumber]);
  await dependencies.addWriteJob({
    version: job.version,
    task: job.task,
    batchId: job.batchId,
    seen,
    unanswered,
  });
  return { apps: job.appids.length, seen: seen.length, unanswered: unanswered.length, parts: metadata.parts };
}
