import { acquireLeadership } from '@pics/database';
import { repeat } from '@pics/service';
import type { Producer } from './producer.ts';

/**
 * Does the work of the leading producer while it leads, and waits for leadership otherwise. Resolves when the service stops.
 *
 * One producer of a database leads at a time; another one, such as the new version during a deploy, takes over within
 * seconds when the first ends. Two leaders would do no harm, since cursor and ledger are compared before they change, but
 * they would poll and dispatch twice.
 *
 * @param work runs until its signal is aborted: the service stops, or leadership was lost.
 */
export async function lead(
  producer: Producer,
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const { settings, log, stopping, state } = producer;
  const leadOnce = async () => {
    const leadership = await acquireLeadership(settings.DATABASE_URL, 'pics-producer', stopping);
    const lost = new AbortController();
    void leadership.lost.then((reason) => lost.abort(reason));
    lost.signal.addEventListener('abort', () => log.warn({ err: lost.signal.reason }, 'leadership lost'));
    state.leading = true;
    log.info('leading');
    try {
      await work(AbortSignal.any([stopping, lost.signal]));
    } finally {
      state.leading = false;
      await leadership.release();
    }
  };
  await repeat(leadOnce, {
    intervalMs: 1_000,
    signal: stopping,
    onError: (err, retryInMs) => log.warn({ err, retryInMs }, 'could not become leader'),
  });
}
