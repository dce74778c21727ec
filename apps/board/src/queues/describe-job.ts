import {
  appidSchema,
  describeError,
  fetchJobSchema,
  unpackWriteJob,
  writeJobSchema,
  type FetchedApps,
  type FetchJob,
  type WriteAppsJob,
  type WriteScanJob,
  type WriteTokensJob,
} from '@pics/core';
import { formatApps, formatCount } from '@pics/operations';

/** A job as people see it. */
export interface JobDescription {
  /** What it is about, such as "44 apps". */
  name: string;
  /** Its payload with lists of ids shortened, instead of a frame of 200 kB. */
  payload: object;
  /** What it asks for: full product info of some apps, change numbers of some ids, or access tokens of some apps. */
  work: { task: FetchJob['task']; batchId: string; appids: number[] };
}

/** How many ids of a list are shown. */
const SHOWN_IDS = 200;

/** Describes a job of `pics-fetch`; undefined when its payload has another shape. */
export function describeFetchJob(payload: unknown): JobDescription | undefined {
  const { success, data: job } = fetchJobSchema.safeParse(payload);
  if (!success) return undefined;
  const { task, batchId, appids } = job;
  const names = { apps: formatApps, scan: nameScan, tokens: nameTokens };
  return {
    name: names[task](appids.length),
    payload: { ...job, appids: summarize(appids), ...('tokens' in job && hideTokens(job.tokens)) },
    work: { task, batchId, appids },
  };
}

/** Describes a job of `pics-write`; undefined when its payload has another shape. */
export function describeWriteJob(payload: unknown): JobDescription | undefined {
  const { success, data: job } = writeJobSchema.safeParse(payload);
  if (!success) return undefined;
  if (job.task === 'tokens') return describeTokens(job);
  return job.task === 'scan' ? describeScan(job) : describeApps(job);
}

/** Which apps were granted a token, and none of the tokens. */
function describeTokens(job: WriteTokensJob): JobDescription {
  const { task, batchId, denied } = job;
  const granted = job.granted.map(([appid]) => appid);
  const appids = [...granted, ...denied];
  return {
    name: nameTokens(appids.length),
    payload: { ...job, granted: summarize(granted), denied: summarize(denied) },
    work: { task, batchId, appids },
  };
}

/** The response of a scan leaves out the ids that Steam does not know. */
function describeScan(job: WriteScanJob): JobDescription {
  const { task, batchId, unanswered } = job;
  const seen = job.seen.map(([appid]) => appid);
  const appids = [...seen, ...unanswered];
  return {
    name: `scan that found ${formatIds(appids.length)}`,
    payload: { ...job, seen: summarize(seen), unanswered: summarize(unanswered) },
    work: { task, batchId, appids },
  };
}

/** The apps that the response is about are in the frame. Of a damaged one only the counts beside it are known. */
function describeApps({ frame, ...job }: WriteAppsJob): JobDescription {
  const { task, batchId, counts } = job;
  const size = `${formatCount(Math.ceil(frame.length / 1_000))} kB`;
  let fetched: FetchedApps;
  try {
    fetched = unpackWriteJob({ ...job, frame });
  } catch (error) {
    return {
      name: formatApps(counts.records + counts.unknown + counts.failed + counts.unanswered),
      payload: { ...job, frame: `${size}, ${describeError(error)}` },
      work: { task, batchId, appids: [] },
    };
  }
  const { records, unknown, failed, unanswered } = fetched;
  const ids = (apps: readonly { appid: number }[]) => apps.map(({ appid }) => appid);
  const appids = [...ids(records), ...unknown, ...ids(failed), ...ids(unanswered)];
  return {
    name: formatApps(appids.length),
    payload: {
      ...job,
      records: summarize(ids(records)),
      unknown: summarize(unknown),
      failed,
      unanswered,
      frame: size,
    },
    work: { task, batchId, appids },
  };
}

/**
 * A payload of an unknown shape, such as one of a newer version: what is known to be harmless of it. Anything else may hold
 * access tokens of Steam, which no page shows.
 */
export function describeUnknownJob(payload: unknown): object {
  const fields = typeof payload === 'object' && payload !== null ? Object.entries(payload) : [];
  const shown = fields.flatMap(([name, value]) => {
    if (name === 'appids' && Array.isArray(value)) {
      return [[name, summarize(value.filter((id) => appidSchema.safeParse(id).success))]];
    }
    return HARMLESS.has(name) && typeof value !== 'object' ? [[name, value]] : [];
  });
  const note = 'This board does not know jobs of this shape, and shows only these fields.';
  return { note, ...Object.fromEntries(shown) };
}

const HARMLESS = new Set(['version', 'task', 'batchId', 'changeNumber', 'attempt']);

const nameScan = (ids: number) => `scan of ${formatIds(ids)}`;
const nameTokens = (apps: number) => `tokens of ${formatApps(apps)}`;

/** How many access tokens there are, in place of the tokens. */
function hideTokens(tokens: Record<string, string> | undefined): object {
  return tokens === undefined ? {} : { tokens: `${formatCount(Object.keys(tokens).length)} (hidden)` };
}

const formatIds = (count: number) => `${formatCount(count)} ${count === 1 ? 'id' : 'ids'}`;

function summarize(appids: readonly number[]): { count: number; appids: string } {
  const more = appids.length > SHOWN_IDS ? ', …' : '';
  return { count: appids.length, appids: appids.slice(0, SHOWN_IDS).join(', ') + more };
}
