import type { FetchJob, WriteJob } from '@pics/core';

/** A job on `pics-fetch` as a person wants to read it. */
export function describeFetchJob(job: FetchJob): object {
  return { ...job, appids: summarize(job.appids) };
}

/** A job on `pics-write` as a person wants to read it: how many apps and which, not 300 kB of records. */
export function describeWriteJob(job: WriteJob): object {
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

/** How many ids of a list are spelled out. */
const SHOWN_IDS = 200;

function summarize(appids: readonly number[]): { count: number; appids: string } {
  const more = appids.length > SHOWN_IDS ? ', …' : '';
  return { count: appids.length, appids: appids.slice(0, SHOWN_IDS).join(', ') + more };
}
