import type { ScanProgress } from '@pics/database';
import type { Overview } from '../../overview/read-overview.ts';
import { ago, badge, empty, table } from '../elements.ts';
import { formatCount, formatDuration } from '../format.ts';
import { html, type Html } from '../html.ts';

const REASONS = {
  discovery: 'Discovery of every app',
  gap: 'Gap in the change feed',
  sweep: 'Regular sweep',
} as const satisfies Record<ScanProgress['reason'], string>;

/** Gaps and how they were reconciled, and the other comparisons with Steam. */
export function renderScans({ at, ledger }: Overview): Html {
  const scans = ledger?.scans ?? [];
  return html`<section id="scans" class="card" aria-labelledby="scans-title">
    <h2 id="scans-title" tabindex="-1">Gaps and reconciles</h2>
    ${
      !ledger
        ? empty('Postgres has not answered.')
        : scans.length === 0
          ? empty(
              'Nothing has been compared with Steam yet. A discovery begins with the first producer; a gap in the feed is reconciled as soon as it is seen.',
            )
          : table(
              'Gaps and reconciles',
              ['Why', 'State'],
              scans.map((scan) => renderScan(scan, at)),
            )
    }
  </section>`;
}

function renderScan(scan: ScanProgress, at: Date): Html {
  const found = [
    `${formatCount(scan.marked)} to fetch`,
    ...(scan.gone > 0 ? [`${formatCount(scan.gone)} gone`] : []),
    ...(scan.unanswered > 0 ? [`${formatCount(scan.unanswered)} unanswered`] : []),
    `${formatCount(scan.requests)} requests`,
  ];
  return html`<tr id="scan-${scan.id}">
    <th scope="row">
      ${REASONS[scan.reason]}
      <div class="quiet">${ago(scan.startedAt, at)}</div>
    </th>
    <td>
      ${describeState(scan)}
      <div class="quiet">${found.join(', ')}</div>
    </td>
  </tr>`;
}

function describeState({ finishedAt, startedAt, nextAppid, lastAppid }: ScanProgress): Html {
  if (finishedAt) {
    return html`${badge('good', 'done')} in ${formatDuration(finishedAt.getTime() - startedAt.getTime())}`;
  }
  const percent = Math.min(99, Math.floor((nextAppid / Math.max(1, (lastAppid ?? 0) + 1)) * 100));
  return html`${badge('busy', 'under way')}
    <progress max="100" value="${percent}" aria-label="Ids asked for">${percent} %</progress>`;
}
