import type { AppRecord, FailedApp, UnansweredApp, WriteAppsJob } from '@pics/core';

/** What a job says of its batch as a whole. */
export type Batch = Pick<WriteAppsJob, 'batchId' | 'changeNumber'>;

/** What came of one app of a batch. */
export type Outcome =
  | { kind: 'record'; appid: number; record: AppRecord }
  | { kind: 'unknown'; appid: number }
  | ({ kind: 'failed' } & FailedApp)
  | ({ kind: 'unanswered' } & UnansweredApp);

/**
 * Lists what came of each app of a job, one outcome per app, in the order of their ids, which is the order everybody locks
 * rows in. Of several records of an app the newest counts; a record counts more than the lack of one.
 */
export function listOutcomes(job: WriteAppsJob): Outcome[] {
  const outcomes = new Map<number, Outcome>();
  for (const one of job.unanswered) outcomes.set(one.appid, { kind: 'unanswered', ...one });
  for (const one of job.failed) outcomes.set(one.appid, { kind: 'failed', ...one });
  for (const appid of job.unknown) outcomes.set(appid, { kind: 'unknown', appid });
  for (const record of job.records) {
    const other = outcomes.get(record.appid);
    if (other?.kind === 'record' && other.record.changeNumber >= record.changeNumber) continue;
    outcomes.set(record.appid, { kind: 'record', appid: record.appid, record });
  }
  return [...outcomes.values()].sort((a, b) => a.appid - b.appid);
}
