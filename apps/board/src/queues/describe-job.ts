import {
  describeError,
  fetchJobSchema,
  unpackWriteJob,
  writeJobSchema,
  type FetchedApps,
  type FetchJob,
  type WriteAppsJob,
  type WriteScanJob,
} from '@pics/core';
import { formatApps, formatCount } from '@pics/operations';

/** A job as people see it. */
export interface JobDescription {
  /** What it is about, such as "44 apps". */
  name: string;
  /** Its payload with lists of ids shortened, instead of a frame of 250 kB. */
  payload: object;
  /** What it asks for: full product info of some apps, or change numbers of some ids. */
  work: { task: FetchJob['task']; batchId: string; appids: number[] };
}

/** How many ids of a list are shown. */
const SHOWN_IDS = 200;

/** Describes a job of `pics-fetch`; undefined when its payload has another shape. */
export function describeFetchJob(payload: unknown): JobDescription | undefined {
  const { success, data: job } = fetchJobSchema.safeParse(payload);
  if (!success) return undefined;
  const { task, batchId, appids } = job;
  return {
    name: task === 'scan' ? `scan of ${formatIds(appids.length)}` : formatApps(appids.length),
    payload: { ...job, appids: summarize(appids) },
    work: { task, batchId, appids },
  };
}

/** Describes a job of `pics-write`; undefined when its payload has another shape. */
export function describeWriteJob(payload: unknown): JobDescription | undefined {
  const { success, data: job } = writeJobSchema.safeParse(payload);
  if (!success) return undefined;
  return job.task === 'scan' ? describeScan(job) : describeApps(job);
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

const formatIds = (count: number) => `${formatCount(count)} ${count === 1 ? 'id' : 'ids'}`;

function summarize(appids: readonly number[]): { count: number; appids: string } {
  const more = appids.length > SHOWN_IDS ? ', …' : '';
  return { count: appids.length, appids: appids.slice(0, SHOWN_IDS).join(', ') + more };
}
