import { claimAlerts, settleAlert, type AlertReport, type Database } from '@pics/database';
import { assessHealth, findAlerts, type AlertThresholds, type Status } from '@pics/operations';
import type { AlertMessage } from './webhook.ts';

export interface AlertOptions {
  /** Reads the status of the pipeline; does not throw. */
  read: () => Promise<Status>;
  database: Database;
  thresholds: AlertThresholds;
  /** How long trouble must be over before that is reported. */
  goneAfterMs: number;
  /** Sends a message; throws when it did not arrive. */
  send: (message: AlertMessage) => Promise<void>;
  boardUrl: string | undefined;
  log: { warn(fields: object, message: string): void; info(fields: object, message: string): void };
}

/**
 * Creates a check that reports trouble with the pipeline, and its end, each once: Postgres records what was reported, for
 * all boards and across restarts. A message that did not arrive is sent again by a check of a minute later; when a board
 * dies between sending and recording, it is sent twice rather than never.
 *
 * While Postgres is unreachable, each board remembers by itself that it reported that.
 */
export function createAlertCheck(options: AlertOptions): () => Promise<void> {
  const { read, database, thresholds, goneAfterMs, send, boardUrl, log } = options;
  const outage = new OutageMemory(thresholds.afterMs);

  return async () => {
    const status = await read();
    const { headline: now } = assessHealth(status);
    const deliver = async (report: AlertReport): Promise<boolean> => {
      const { event, name } = report;
      try {
        await send({ ...report, at: new Date(), now, boardUrl });
        log.info({ event, name }, 'alert sent');
        return true;
      } catch (err) {
        log.warn({ event, name, err }, 'the alert could not be sent');
        return false;
      }
    };

    const { alerts, isComplete } = findAlerts(status, thresholds);
    const [first] = alerts;
    const outageReport = outage.findReport(status.ledger === undefined ? first : undefined);
    if (outageReport && (await deliver(outageReport))) outage.settle(outageReport);
    if (!status.ledger) return;
    for (const report of await claimAlerts(database, alerts, { isComplete, goneAfterMs })) {
      if (await deliver(report)) await settleAlert(database, report);
    }
  };
}

/** Remembers in this process whether an outage of Postgres was reported, since Postgres cannot. */
class OutageMemory {
  readonly #afterMs: number;
  #outage: Omit<AlertReport, 'event'> | undefined;
  #isReported = false;

  constructor(afterMs: number) {
    this.#afterMs = afterMs;
  }

  findReport(observed: Omit<AlertReport, 'event' | 'since'> | undefined): AlertReport | undefined {
    if (observed) {
      const { name, headline, detail } = observed;
      this.#outage = { name, headline, detail, since: this.#outage?.since ?? new Date() };
      const isDue = Date.now() - this.#outage.since.getTime() >= this.#afterMs;
      return isDue && !this.#isReported ? { ...this.#outage, event: 'raised' } : undefined;
    }
    if (this.#outage && this.#isReported) return { ...this.#outage, event: 'resolved' };
    this.#outage = undefined;
    return undefined;
  }

  settle({ event }: AlertReport): void {
    this.#isReported = event === 'raised';
    if (event === 'resolved') this.#outage = undefined;
  }
}
