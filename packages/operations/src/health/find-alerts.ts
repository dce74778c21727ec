import type { ObservedAlert } from '@pics/database';
import type { Status } from '../status/read-status.ts';
import { formatApps, formatCount, formatDuration, sentences } from '../words/format.ts';
import { assessHealth, LONG_DELAY_MS } from './assess-health.ts';
import { findStop } from './find-stop.ts';

/** What is worth waking somebody for. */
export interface AlertThresholds {
  /** How long the pipeline must be stopped or behind. */
  afterMs: number;
  /** The same for a pause, which somebody chose. */
  pausedAfterMs: number;
  /** More failed apps than this. */
  failedApps: number;
}

/**
 * Finds what is the matter with the pipeline, as its health is assessed everywhere else.
 *
 * While it is stopped it is not called behind as well: that follows, and is one trouble.
 *
 * @returns whether everything could be looked at: without Postgres or Redis most is unknown.
 */
export function findAlerts(
  status: Status,
  { afterMs, pausedAfterMs, failedApps }: AlertThresholds,
): { alerts: ObservedAlert[]; isComplete: boolean } {
  const { at, ledger, fleet, problems } = status;
  if (!ledger || !fleet || problems.length > 0) {
    const { headline, detail } = assessHealth(status);
    return { alerts: [alertOf(headline, detail, afterMs)], isComplete: false };
  }
  const alerts: ObservedAlert[] = [];
  const stop = findStop({ at, ledger, fleet });
  const behindMs = ledger.feed.behindSince ? at.getTime() - ledger.feed.behindSince.getTime() : 0;
  if (stop) {
    alerts.push(alertOf(stop.headline, stop.detail, stop.isChosen ? pausedAfterMs : afterMs));
  } else if (behindMs > LONG_DELAY_MS) {
    const detail = `A change from ${formatDuration(behindMs)} ago is not in the tables yet.`;
    alerts.push(alertOf('Behind Steam', detail, afterMs));
  }
  const { failed } = ledger.counts;
  if (failed > failedApps) {
    const detail = sentences(
      `${formatApps(failed)} failed and ${failed === 1 ? 'waits' : 'wait'} for a requeue; the limit is ${formatCount(failedApps)}`,
    );
    alerts.push(alertOf('Many apps failed', detail, 0));
  }
  return { alerts, isComplete: true };
}

function alertOf(headline: string, detail: string, afterMs: number): ObservedAlert {
  return { name: headline.toLowerCase().replaceAll(/\W+/g, '-'), headline, detail, afterMs };
}
