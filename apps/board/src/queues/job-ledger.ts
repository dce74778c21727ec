import { releaseBatches, reopenScanRequest, requeueApps, wantTokens, type Database } from '@pics/database';
import { addToAuditLine } from '../access/audit.ts';
import type { JobDescription } from './describe-job.ts';

/** A job that is to be run again. */
export interface Rerun {
  work: JobDescription['work'];
  /** Removes the job from its queue. */
  remove: () => Promise<unknown>;
}

/**
 * Runs jobs again by way of the ledger: what they ask for becomes wanted there, and the jobs are removed. The dispatcher then
 * fetches the apps of many jobs with one request, within the rate of the fleet and after live changes.
 */
export class JobLedger {
  readonly #database: Database;
  #waiting: Rerun[] = [];
  #flushing: Promise<void> | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Wants again what a job asks for, and removes the job. Jobs that are retried together are requeued together: the dispatcher,
   * which works five times a second, would make a batch of each few.
   */
  async wantAgain(rerun: Rerun): Promise<void> {
    this.#waiting.push(rerun);
    this.#flushing ??= Promise.resolve().then(() => this.#flush());
    await this.#flushing;
  }

  /** Gives up a job that waits: its apps are dispatched at their own priority now, whatever they were waiting for. */
  async release({ work, remove }: Rerun): Promise<void> {
    await remove();
    await releaseBatches(this.#database, [work.batchId], { counts: false });
  }

  async #flush(): Promise<void> {
    const reruns = this.#waiting;
    this.#waiting = [];
    this.#flushing = undefined;
    const workOf = (task: Rerun['work']['task']) =>
      reruns.filter(({ work }) => work.task === task).map(({ work }) => work.appids);
    const appids = [...new Set(workOf('apps').flat())];
    if (appids.length > 0) {
      const { apps, id } = await requeueApps(this.#database, { appids });
      addToAuditLine({ apps, requeue: id });
    }
    for (const scanned of workOf('scan')) await reopenScanRequest(this.#database, scanned);
    await wantTokens(this.#database, workOf('tokens').flat());
    // Last of all: a job that is still there can be retried again.
    await Promise.all(reruns.map(({ remove }) => remove()));
  }
}
