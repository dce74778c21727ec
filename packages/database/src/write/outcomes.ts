import type { AppRecord, FailedApp, UnansweredApp, FetchedApps } from '@pics/core';

/** The batch of a job as a whole. */
export type Batch = Pick<FetchedApps, 'batchId' | 'changeNumber'>;

/** What fetching one app of a batch resulted in. */
export type Outcome =
  | {
      result: 'record';
      appid: number;
      record: AppRecord;
      /** The text that the record was extracted from. */
      body?: Uint8Array | undefined;
      /** The token that was sent, if Steam sent only a part of the app all the same. */
      refusedToken?: string | undefined;
      /** Why references to other apps are left out of the record for now. */
      lacks?: string | undefined;
    }
  | { result: 'unknown'; appid: number }
  | ({ result: 'failed' } & FailedApp)
  | ({ result: 'missing' } & UnansweredApp)
  /** It cannot be written now, and that is nobody's failure. */
  | { result: 'postponed'; appid: number; reason: string };

/**
 * Lists one outcome for each app of a job, in the order of their ids, in which every writer locks apps. If an app has several
 * outcomes, the newest record wins; without a record, the others do.
 */
export function listOutcomes(job: FetchedApps): Outcome[] {
  const bodies = new Map(job.bodies?.map(({ appid, bytes }) => [appid, bytes]));
  const outcomes = new Map<number, Outcome>();
  const refusedTokens = new Map(job.refusedTokens);
  for (const one of job.unanswered) outcomes.set(one.appid, { result: 'missing', ...one });
  for (const one of job.failed) outcomes.set(one.appid, { result: 'failed', ...one });
  for (const appid of job.unknown) outcomes.set(appid, { result: 'unknown', appid });
  for (const record of job.records) {
    const other = outcomes.get(record.appid);
    if (other?.result === 'record' && other.record.changeNumber >= record.changeNumber) continue;
    const { appid } = record;
    const [body, refusedToken] = [bodies.get(appid), refusedTokens.get(appid)];
    outcomes.set(appid, { result: 'record', appid, record, body, refusedToken });
  }
  return [...outcomes.values()].sort((a, b) => a.appid - b.appid);
}
