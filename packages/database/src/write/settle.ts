import { MAX_ATTEMPTS } from '@pics/core';
import type { Batch, Outcome } from './outcomes.ts';

/** An app in the ledger before its outcome is written. */
export interface LedgerRow {
  id: number;
  storedChangeNumber: number | null;
  /** SHA-1 of the body that the rows were extracted from, in hex; null unless all of it is stored. */
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
  /** How many tokens in a row Steam refused. */
  tokenRefusals: number;
  /** Whether Steam is to be asked for a token. */
  isTokenWanted: boolean;
}

/** The same app afterwards. */
export interface Settlement {
  id: number;
  storedChangeNumber: number | null;
  storedSha1: string | null;
  lacksText: boolean;
  settledChangeNumber: number | null;
  attempts: number;
  staleAnswers: number;
  /** `pending`: it is requested again. `failed`: it waits for a requeue. */
  state: 'settled' | 'pending' | 'failed';
  /** How often in a row it was requested in vain. The more often, the longer it waits for the next request; 0 does not wait. */
  retries: number;
  /** How long it waits instead, in seconds; null when that follows from `retries`. */
  waitSeconds: number | null;
  lastError: string | null;
}

/**
 * How often an app is requested again because a response is older than the announced change. Steam's servers may lag behind its
 * change feed for a moment; one that never catches up must not keep an app pending forever.
 */
const MAX_STALE_ANSWERS = 3;

/**
 * How long an app waits when it refers to apps without a row, where a foreign key requires one. Those may be in the next batch;
 * after that the app is requested every ten minutes, for 100 minutes in all: a first fill takes 20, and Steam refers to
 * thousands of apps that do not exist.
 */
const REFERENCE_WAIT_SECONDS = { first: 10, later: 600 };

/** An app that could not be written because of something else is requested again after 32 s. */
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
 * Decides the new state of an app in the ledger after this outcome; undefined when the outcome no longer matters for it.
 *
 * - A record or an "unknown" settles it up to the number its batch was dispatched for, or to the record's own if that is higher.
 *   If it is wanted beyond that, it remains pending.
 * - A record older than the change that was announced and requested leaves it pending, three times at most. So does a restricted
 *   record that was requested without the token that is known by now.
 * - A record that refers to apps without a row leaves it pending until its attempts are used up.
 * - An app without a response is requested again, and fails after the last attempt. A failed app waits for a requeue.
 *
 * A batch that was released and dispatched again under another id still settles the apps that it has a response for; the
 * others belong to the newer batch.
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

/** It is requested again, unless this was its last attempt. */
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

/** Whether Steam sent only a part of the app because the token known now was not known when the app was requested. */
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
