import { describeError, FARTHEST_AHEAD, ImplausibleChangeNumber } from '@pics/core';
import type { Batch, Outcome } from './outcomes.ts';
import type { LedgerRow } from './settle.ts';

/**
 * Keeps an outcome within what the feed has announced: an impossible number, once stored, would hide every real change after it.
 *
 * - A response far ahead of the cursor is not written, because all later responses would count as older. Its app is fetched
 *   again and does not fail: it may be the cursor that is wrong.
 * - A batch settles an app up to the cursor, or to what the app itself is wanted up to. A batch that was dispatched before
 *   the cursor was reset may carry a number that Steam has not reached.
 *
 * @param cursor undefined before the first poll, when nothing is known.
 */
export function keepWithinFeed(
  outcome: Outcome,
  row: LedgerRow,
  job: Batch,
  cursor: number | undefined,
): { outcome: Outcome; job: Batch } {
  if (cursor === undefined) return { outcome, job };
  const announced = Math.max(cursor, row.wantedChangeNumber ?? 0);
  return {
    outcome: refuseImplausible(outcome, cursor),
    job: job.changeNumber > announced ? { ...job, changeNumber: announced } : job,
  };
}

function refuseImplausible(outcome: Outcome, cursor: number): Outcome {
  if (outcome.result !== 'record' || outcome.record.changeNumber - cursor <= FARTHEST_AHEAD) return outcome;
  const { appid, record } = outcome;
  const error = new ImplausibleChangeNumber(
    `Steam responded with change ${record.changeNumber} of the app; the cursor is at ${cursor}`,
  );
  return { result: 'postponed', appid, reason: describeError(error) };
}
