import { MAX_ATTEMPTS } from '@pics/core';
import type { Batch, Outcome } from './outcomes.ts';

/** What the ledger says of an app before its outcome is written. */
export interface LedgerRow {
  id: number;
  storedChangeNumber: number | null;
  /** SHA-1 of the body that the rows show, in hex; null unless all of it is stored. */
  storedSha1: string | null;
  /** Whether the stored response had no text. */
  lacksText: boolean;
  wantedChangeNumber: number | null;
  /** What the feed announced, where a requeue lowered `wantedChangeNumber` below it. */
  announcedChangeNumber: number | null;
  settledChangeNumber: number | null;
  batchId: string | null;
  attempts: number;
  staleAnswers: number;
  accessToken: string | null;
  tokenState: string | null;
  /** How many tokens in a row Steam did not take. */
  tokenRefusals: number;
  /** Whether Steam is to be asked for a token. */
  isTokenWanted: boolean;
}

/** What it says afterwards. */
export interface Settlement {
  id: number;
  storedChangeNumber: number | null;
  storedSha1: string | null;
  lacksText: boolean;
  settledChangeNumber: number | null;
  attempts: number;
  staleAnswers: number;
  /** `pending`: it goes out again. `failed`: it waits for a requeue. */
  state: 'settled' | 'pending' | 'failed';
  /** How often in a row it was asked for in vain: the longer, the longer it waits before it goes out again; 0 is at once. */
  retries: number;
  /** How long it waits instead, in seconds; null when that follows from `retries`. */
  waitSeconds: number | null;
  lastError: string | null;
}

/**
 * How often a response older than the announced change is asked for again. Steam's servers may lag behind its change feed
 * for moments; one that never catches up must not keep an app pending for good.
 */
const MAX_STALE_ANSWERS = 3;

/**
 * How long an app waits that refers to others without a row, where a foreign key requires one. The other may be in the next
 * batch; after that they are asked for ten minutes apart, 100 minutes on the whole: a first fill takes 20, and Steam refers to
 * thousands of apps.
 */
const REFERENCE_WAIT_SECONDS = { first: 10, later: 600 };

/** An app that could not be written, through no fault of its own, goes out again after 32 s. */
const POSTPONED_RETRIES = 6;

/**
 * Whether an outcome says less than what is stored already: a record older than the stored one, or an "unknown" of a batch
 * that a newer one has overtaken. It changes no row.
 */
export function isOlder(outcome: Outcome, ledger: LedgerRow, job: Batch): boolean {
  if (outcome.result === 'record') return outcome.record.changeNumber < (ledger.storedChangeNumber ?? 0);
  if (outcome.result !== 'unknown' || ledger.batchId === job.batchId) return false;
  return Math.max(ledger.storedChangeNumber ?? 0, ledger.settledChangeNumber ?? 0) > job.changeNumber;
}

/**
 * Decides what the ledger says of an app after this outcome; undefined when the outcome means nothing for it any more.
 *
 * A record or an "unknown" settles it up to the number its batch was dispatched for, or the record's own when that is
 * higher; what is wanted beyond that stays pending by itself. A record older than what was announced and asked for leaves
 * it pending, three times at most. So does a part of an app that was requested without the token that is known by now. So does one that refers to apps without a row, until its attempts are used up. A failure waits for a requeue; an app without a response goes out again, and fails after
 * the last attempt.
 *
 * A batch that was released and sent again under another id still settles what it brings, but an app it has nothing of
 * belongs to the newer batch.
 */
export function settle(outcome: Outcome, ledger: LedgerRow, job: Batch): Settlement | undefined {
  const { id, storedChangeNumber, storedSha1, lacksText, settledChangeNumber, attempts, staleAnswers } =
    ledger;
  const pending: Settlement = {
    id,
    storedChangeNumber,
    storedSha1,
    lacksText,
    settledChangeNumber,
    attempts,
    staleAnswers,
    state: 'pending',
    retries: 0,
    waitSeconds: null,
    lastError: null,
  };
  const settled: Settlement = {
    ...pending,
    settledChangeNumber: Math.max(settledChangeNumber ?? 0, job.changeNumber),
    attempts: 0,
    staleAnswers: 0,
    state: 'settled',
  };
  const isOwn = ledger.batchId === job.batchId;

  switch (outcome.result) {
    case 'record': {
      const { changeNumber } = outcome.record;
      const stored = {
        storedChangeNumber: Math.max(storedChangeNumber ?? 0, changeNumber),
        ...(!isOlder(outcome, ledger, job) && {
          storedSha1: outcome.record.sha1 ?? null,
          lacksText: outcome.body === undefined,
        }),
      };
      if (outcome.lacks !== undefined && !isOlder(outcome, ledger, job)) {
        return {
          ...countAttempt({ ...pending, ...stored, storedSha1: null }, outcome.lacks),
          ...referenceWait(attempts),
        };
      }
      const lacksToken = !isOlder(outcome, ledger, job) && wasSentWithoutToken(outcome, ledger);
      if (lacksToken || isStale(stored.storedChangeNumber, ledger, job)) {
        return {
          ...pending,
          ...stored,
          settledChangeNumber: lacksToken ? null : settledChangeNumber,
          staleAnswers: staleAnswers + 1,
          retries: staleAnswers + 1,
        };
      }
      return {
        ...settled,
        ...stored,
        settledChangeNumber: Math.max(settled.settledChangeNumber ?? 0, changeNumber),
      };
    }
    case 'unknown':
      return { ...settled, storedSha1: isOlder(outcome, ledger, job) ? storedSha1 : null };
    case 'failed':
      if (!isOwn && (ledger.batchId !== null || isSettled(ledger))) return undefined;
      return { ...pending, attempts: attempts + 1, state: 'failed', lastError: outcome.error };
    case 'missing': {
      if (!isOwn) return undefined;
      if (!outcome.counts) return pending;
      return countAttempt(pending, outcome.reason);
    }
    case 'postponed':
      return isOwn ? { ...pending, retries: POSTPONED_RETRIES, lastError: outcome.reason } : undefined;
  }
}

/** It goes out again, unless this was its last attempt. */
function countAttempt(pending: Settlement, reason: string): Settlement {
  const counted = { ...pending, attempts: pending.attempts + 1, lastError: reason };
  return counted.attempts < MAX_ATTEMPTS
    ? { ...counted, retries: counted.attempts }
    : { ...counted, state: 'failed' };
}

function referenceWait(attempts: number): Pick<Settlement, 'waitSeconds'> {
  return { waitSeconds: attempts === 0 ? REFERENCE_WAIT_SECONDS.first : REFERENCE_WAIT_SECONDS.later };
}

function isStale(storedChangeNumber: number, ledger: LedgerRow, job: Batch): boolean {
  const wanted = ledger.wantedChangeNumber ?? 0;
  return (
    !isSettled(ledger) &&
    storedChangeNumber < Math.max(wanted, ledger.announcedChangeNumber ?? 0) &&
    wanted <= job.changeNumber &&
    ledger.staleAnswers < MAX_STALE_ANSWERS
  );
}

/** Steam showed a part of the app, and the token that may show all of it was not known when the app was requested. */
function wasSentWithoutToken(
  { record, refusedToken }: Outcome & { result: 'record' },
  ledger: LedgerRow,
): boolean {
  return (
    record.access === 'restricted' &&
    ledger.accessToken !== null &&
    ledger.accessToken !== refusedToken &&
    ledger.staleAnswers < MAX_STALE_ANSWERS
  );
}

function isSettled({ settledChangeNumber, wantedChangeNumber }: LedgerRow): boolean {
  return settledChangeNumber !== null && settledChangeNumber >= (wantedChangeNumber ?? 0);
}
