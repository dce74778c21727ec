import { fetchJobSchema, writeJobSchema } from '@pics/core';

/** How many ids of a list are shown. */
const SHOWN_IDS = 200;

/** The payload of a job on `pics-fetch` for people. A payload of any other shape is returned unchanged. */
export function describeFetchJob(payload: unknown): unknown {
  const { success, data: job } = fetchJobSchema.safeParse(payload);
  return success ? { ...job, appids: summarize(job.appids) } : payload;
}

/**
 * The payload of a job on `pics-write` for people: how many apps and which, instead of 300 kB of records. A payload of any
 * other shape is returned unchanged.
 */
export function describeWriteJob(payload: unknown): unknown {
  const { success, data: job } = writeJobSchema.safeParse(payload);
  if (!success) return payload;
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
