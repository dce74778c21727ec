import { fetchJobSchema, writeJobSchema, type FetchJob, type WriteJob } from '@pics/core';
import { formatApps, formatCount } from '@pics/operations';

/** A job as people see it. */
export interface JobDescription {
  /** What it is about, such as "44 apps". */
  name: string;
  /** Its payload with lists of ids shortened, instead of 300 kB of records. */
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
  const { task, batchId } = job;
  const appids = listAppids(job);
  return {
    name: task === 'scan' ? `scan that found ${formatIds(appids.length)}` : formatApps(appids.length),
    payload: shorten(job),
    work: { task, batchId, appids },
  };
}

const formatIds = (count: number) => `${formatCount(count)} ${count === 1 ? 'id' : 'ids'}`;

/** The apps that the response is about. A scan's response leaves out the ids that Steam does not know. */
function listAppids(job: WriteJob): number[] {
  if (job.task === 'scan') return [...job.seen.map(([appid]) => appid), ...job.unanswered];
  return [
    ...job.records.map(({ appid }) => appid),
    ...job.unknown,
    ...job.failed.map(({ appid }) => appid),
    ...job.unanswered.map(({ appid }) => appid),
  ];
}

function shorten(job: WriteJob): object {
  if (job.task === 'scan') {
    return {
      ...job,
      seen: summarize(job.seen.map(([appid]) => appid)),
      unanswered: summarize(job.unanswered),
    };
  }
  return {
    ...job,
    records: summarize(job.records.map((record) => record.appid)),
    unknown: summarize(job.unknown),
  };
}

function summarize(appids: readonly number[]): { count: number; appids: string } {
  const more = appids.length > SHOWN_IDS ? ', …' : '';
  return { count: appids.length, appids: appids.slice(0, SHOWN_IDS).join(', ') + more };
}
