import { assessHealth, type LedgerStatus } from '@pics/operations';
import { resultsFor, type CheckResult } from './check-result.ts';

const { fine, warning } = resultsFor('Apps');

/**
 * Checks whether apps failed, are being retried for long, or are behind Steam, with the headline of the board. What stops the
 * whole pipeline has checks of its own, and before the first poll there is nothing to check.
 */
export function checkApps(ledger: LedgerStatus, at: Date): CheckResult[] {
  const health = assessHealth({ at, ledger, fleet: undefined, problems: [] });
  if (health.phase === 'stopped' || ledger.feed.changeNumber === null) return [];
  const text = `${health.headline}. ${health.detail}`.trim();
  if (health.level === 'good' || health.level === 'busy') return [fine(text)];
  return [
    warning(
      text,
      ledger.counts.failed > 0
        ? 'See why with: pics failures. Retry them with: pics requeue --failed'
        : 'Retries go on by themselves; the logs of the fetchers say more.',
    ),
  ];
}
