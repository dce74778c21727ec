import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '@pics/core';
import { acquireLeadership, LONGEST_POLL_PAUSE_MS } from '@pics/database';
import { repeat } from '@pics/service';
import { END_OF_WORK_MS, GIVE_WAY_MS } from './config.ts';
import type { Producer } from './producer.ts';

/** What a leader needs of its producer. */
type LeadingProducer = Pick<Producer, 'log' | 'stopping' | 'state' | 'stop'> & {
  settings: Pick<Producer['settings'], 'DATABASE_URL'>;
};

/**
 * Does the work of the leading producer while it leads, and waits for leadership otherwise. Resolves when the service stops.
 *
 * One producer of a database leads at a time; another one, such as the new version during a deploy, takes over within
 * seconds when the first ends. Two leaders would do no harm, since cursor and ledger are compared before they change, but
 * they would poll and dispatch twice.
 *
 * A leader that has led for a minute and is asked to give way releases the lead at once and competes again later. If its
 * work does not end after that, the service ends.
 *
 * When only a person can make leading possible (DATABASE_URL leads to a transaction pooler), the service ends with what to do.
 *
 * @param work runs until its signal is aborted: the service stops, or leadership was lost.
 */
export async function lead(
  producer: LeadingProducer,
  work: (signal: AbortSignal) => Promise<unknown>,
  { giveWayMs = GIVE_WAY_MS, endOfWorkMs = END_OF_WORK_MS } = {},
): Promise<void> {
  const { settings, log, stopping, state } = producer;
  const leadOnce = async () => {
    const leadership = await acquireLeadership(settings.DATABASE_URL, 'pics-producer', stopping);
    const lost = new AbortController();
    const isLost = new Promise<void>((resolve) =>
      lost.signal.addEventListener('abort', () => {
        log.warn({ err: lost.signal.reason }, 'leadership lost');
        resolve();
      }),
    );
    void leadership.lost.then((reason) => lost.abort(reason));
    const leadsSince = Date.now();
    state.giveWay = (reason) => {
      if (lost.signal.aborted || Date.now() - leadsSince < LONGEST_POLL_PAUSE_MS) return;
      state.givesWay = true;
      lost.abort(new Error(`gives way to another producer: ${reason}`));
    };
    state.leading = true;
    state.givesWay = false;
    log.info('leading');
    const working = work(AbortSignal.any([stopping, lost.signal]));
    try {
      await Promise.race([working, isLost]);
    } finally {
      state.leading = false;
      delete state.giveWay;
      await leadership.release();
    }
    if (!(await endsWithin(working, endOfWorkMs))) {
      producer.stop(new Error('the work of a former leader does not end'));
    }
    if (state.givesWay) await delay(giveWayMs, undefined, { signal: stopping }).catch(() => {});
  };
  const leadUnlessImpossible = async () => {
    try {
      return await leadOnce();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      producer.stop(error);
      return 'done' as const;
    }
  };
  await repeat(leadUnlessImpossible, {
    intervalMs: 1_000,
    signal: stopping,
    onError: (err, retryInMs) => log.warn({ err, retryInMs }, 'could not become leader'),
  });
}

async function endsWithin(working: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  return Promise.race([working.then(() => true), delay(timeoutMs, false, { ref: false })]);
}
