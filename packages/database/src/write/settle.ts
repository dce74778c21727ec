import { MAX_ATTEMPTS } from '@pics/core';
import type { LedgerRow } from './lock-ledger.ts';
import type { Batch, Outcome } from './outcomes.ts';

/** How an app stands in the ledger once its batch is written. */
export interface Settlement {
  appid: number;
  picsChangeNumber: number | null;
  settledChangeNumber: number | null;
  attempts: number;
  /** It came from Steam just now. */
  synced: boolean;
  /** It waits a little before it goes out again. */
  delayed: boolean;
  failed: boolean;
  lastError: string | null;
}

/**
 * How often an answer older than the announced change is asked for again. Steam's servers may lag behind its change feed
 * for moments; one that never catches up must not keep an app pending for ever.
 */
const MAX_STALE_ANSWERS = 3;

/**
 * Whether an outcome says less than what is stored already: a record older than the stored one, or an "unknown" of a batch
 * that has been overtaken by a newer one. It changes no row.
 */
export function isOlder(outcome: Outcome, ledger: LedgerRow, job: Batch): boolean {
  if (outcome.kind === 'record') return outcome.record.changeNumber < (ledger.picsChangeNumber ?? 0);
  if (outcome.kind !== 'unknown' || ledger.batchId === job.batchId) return false;
  return Math.max(ledger.picsChangeNumber ?? 0, ledger.settledChangeNumber ?? 0) > job.changeNumber;
}

/**
 * Decides how an app stands in the ledger after this outcome; undefined when the outcome means nothing for it any more.
 *
 * A record or an "unknown" settles it up to the number the batch was dispatched for, or the record's own when that is
 * higher; what is wanted beyond that stays pending by itself. A record older than what was announced and asked for leaves
 * it pending, three times at most. A failure waits for a requeue; an app without an answer goes out again, and fails after
 * the last attempt.
 *
 * A batch that was taken back and sent again under another id still settles what it brings, but an app it has nothing of
 * is the newer batch's business.
 */
export function settle(outcome: Outcome, ledger: LedgerRow, job: Batch): Settlement | undefined {
  const unchanged: Settlement = {
    appid: ledger.appid,
    picsChangeNumber: ledger.picsChangeNumber,
    settledChangeNumber: ledger.settledChangeNumber,
    attempts: ledger.attempts,
    synced: false,
    delayed: false,
    failed: false,
    lastError: null,
  };
  const settled = { ...unchanged, attempts: 0, synced: true };
  const own = ledger.batchId === job.batchId;

  switch (outcome.kind) {
    case 'record': {
      const picsChangeNumber = Math.max(ledger.picsChangeNumber ?? 0, outcome.record.changeNumber);
      if (isStale(picsChangeNumber, ledger, job)) {
        return { ...unchanged, picsChangeNumber, synced: true, attempts: ledger.attempts + 1, delayed: true };
      }
      const settledChangeNumber = Math.max(
        ledger.settledChangeNumber ?? 0,
        job.changeNumber,
        outcome.record.changeNumber,
      );
      return { ...settled, picsChangeNumber, settledChangeNumber };
    }
    case 'unknown':
      return { ...settled, settledChangeNumber: Math.max(ledger.settledChangeNumber ?? 0, job.changeNumber) };
    case 'failed':
      if (!own && (ledger.batchId !== null || isSettled(ledger))) return undefined;
      return { ...unchanged, attempts: ledger.attempts + 1, failed: true, lastError: outcome.error };
    case 'unanswered': {
      if (!own) return undefined;
      if (!outcome.counts) return unchanged;
      const attempts = ledger.attempts + 1;
      const failed = attempts >= MAX_ATTEMPTS;
      return { ...unchanged, attempts, delayed: !failed, failed, lastError: outcome.reason };
    }
  }
}

function isStale(picsChangeNumber: number, ledger: LedgerRow, job: Pick<Batch, 'changeNumber'>): boolean {
  const wanted = ledger.wantedChangeNumber ?? 0;
  return (
    !isSettled(ledger) &&
    picsChangeNumber < wanted &&
    wanted <= job.changeNumber &&
    ledger.attempts < MAX_STALE_ANSWERS
  );
}

function isSettled({ settledChangeNumber, wantedChangeNumber }: LedgerRow): boolean {
  return settledChangeNumber !== null && settledChangeNumber >= (wantedChangeNumber ?? 0);
}
