import { extractApp } from '@pics/appinfo';
import {
  describeError,
  MAX_ATTEMPTS,
  PermanentError,
  SteamUnavailable,
  type AppBody,
  type DocumentBody,
  type FetchAppsJob,
  type FetchedApps,
} from '@pics/core';
import type { ProductInfo, Unanswered } from '@pics/steam';
import { readTokens, type AccessTokens } from './read-tokens.ts';

export interface FetchAppsDependencies {
  getProductInfo: (appids: readonly number[], tokens: AccessTokens) => Promise<ProductInfo>;
  addWriteJob: (fetched: FetchedApps) => Promise<void>;
}

/** Why an app has no usable response, as the ledger stores it. */
const REASONS: Record<Unanswered['reason'], string> = {
  absent: 'NoResponse: Steam left the app out of its response',
  timeout: 'NoResponse: Steam did not respond in time',
  disconnected: 'NoResponse: the connection was lost before the response was complete',
  corrupt: 'NoResponse: the body does not match the SHA-1 that Steam announced',
  unreadable: 'NoResponse: the body could not be read',
};

/**
 * Fetches one batch of apps: one PICS request, and one write job with the records and their texts.
 *
 * Every app of the batch is in exactly one list of the write job, so the ledger learns about each: a body that cannot be
 * read fails its app alone, and an app without a response is wanted again. The write job is in Redis before this returns; a
 * replica killed anywhere before that leaves the batch to be fetched once more.
 *
 * @throws SteamUnavailable when the session was lost before any part of the response arrived. No write job was added, the
 *   batch is still whole.
 * @throws PermanentError when an app that is alone in its batch got no response on its last attempt. The write job that fails
 *   it in the ledger was added; the fetch job fails so that it can be retried from Bull Board.
 */
export async function fetchApps(
  job: FetchAppsJob,
  dependencies: FetchAppsDependencies,
): Promise<Record<string, number>> {
  const { batchId, changeNumber, appids } = job;
  const tokens = readTokens(job);
  const info = await dependencies.getProductInfo(appids, tokens);
  if (info.unanswered.length === appids.length && info.unanswered.every(isDisconnect)) {
    throw new SteamUnavailable('the connection to Steam was lost before a response arrived');
  }
  const { records, failed, bodies } = extractApps(info);
  const unanswered = info.unanswered.map((app) => ({
    appid: app.appid,
    reason: REASONS[app.reason],
    counts: !isDisconnect(app),
  }));
  const { unknown, parts } = info;
  const refusedTokens = listRefusedTokens(records, tokens);
  await dependencies.addWriteJob({
    batchId,
    changeNumber,
    records,
    unknown,
    failed,
    unanswered,
    bodies,
    ...(refusedTokens.length > 0 && { refusedTokens }),
  });

  const [last] = unanswered;
  if (last?.counts && appids.length === 1 && job.attempt + 1 >= MAX_ATTEMPTS) {
    throw new PermanentError(`app ${last.appid} failed after ${MAX_ATTEMPTS} attempts, ${last.reason}`);
  }
  return {
    apps: appids.length,
    records: records.length,
    unknown: unknown.length,
    failed: failed.length,
    unanswered: unanswered.length,
    parts,
    changeNumber,
  };
}

function isDisconnect(app: Unanswered): boolean {
  return app.reason === 'disconnected';
}

function extractApps(info: ProductInfo): Required<Pick<FetchedApps, 'records' | 'failed' | 'bodies'>> {
  const records: FetchedApps['records'] = [];
  const failed: FetchedApps['failed'] = [];
  const bodies: DocumentBody[] = [];
  for (const app of info.apps) {
    try {
      records.push(extractApp(app));
      if (hasText(app)) bodies.push({ appid: app.appid, bytes: app.body });
    } catch (error) {
      failed.push({ appid: app.appid, error: describeError(error) });
    }
  }
  return { records, failed, bodies };
}

/** Steam may send no text at all of an app that needs a token. */
function hasText({ body }: AppBody): boolean {
  return body.some((byte) => byte !== 0);
}

/** The tokens that were sent for apps of which Steam still returned only a part. */
function listRefusedTokens(records: FetchedApps['records'], tokens: AccessTokens): [number, string][] {
  return records.flatMap(({ appid, access }) => {
    const token = tokens.get(appid);
    return access === 'restricted' && token !== undefined ? [[appid, token] satisfies [number, string]] : [];
  });
}
