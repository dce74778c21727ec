import { createHash } from 'node:crypto';
import type { FailureGroup, LatestChange, ScanProgress } from '@pics/database';
import { formatApps, formatCount, formatDuration, OUTCOME_LEVELS } from '@pics/operations';
import type { QueueState } from '@pics/queue';
import type { Overview } from '../../overview/read-overview.ts';
import { ago, appLink, badge, empty, table } from '../elements.ts';
import { linkTo } from '../failures/link-to.ts';
import { html, type Html } from '../html.ts';

/** Failed apps, grouped by cause, each group with a button to requeue it. */
export function renderFailures({ at, ledger, fleet }: Overview, { readOnly }: { readOnly: boolean }): Html {
  const groups = ledger?.failures ?? [];
  return html`<section id="failures" class="card" aria-labelledby="failures-title">
    <h2 id="failures-title" tabindex="-1">Failures</h2>
    ${
      !ledger
        ? empty('Postgres is unreachable.')
        : groups.length === 0
          ? empty(
              'No app has failed. Apps that cannot be parsed, that Steam never returns, or that Postgres rejects are listed here with the cause.',
            )
          : table(
              'Failures by cause',
              [
                'Cause',
                ['Apps', 'number'],
                ['Latest', 'wide'],
                ...(readOnly ? [] : [['Action', 'number'] as const]),
              ],
              groups.map((group) => renderGroup(group, at, readOnly)),
            )
    }
    ${renderFailedJobs(fleet?.queues ?? [])}
  </section>`;
}

/** Links to jobs that failed as a whole. An app that fails alone leaves no failed job: its batch completes without it. */
function renderFailedJobs(queues: readonly QueueState[]): Html | null {
  const links = queues
    .filter(({ failed }) => failed > 0)
    .map(({ name }) => html` <a href="queues/queue/${name}?status=failed">failed jobs of ${name}</a>`);
  return links.length === 0
    ? null
    : html`<p class="note">Batches that failed as a whole are kept for a week:${links}</p>`;
}

function renderGroup(group: FailureGroup, at: Date, readOnly: boolean): Html {
  const { error, apps, lastFailedAt, examples } = group;
  const { errorClass, message } = splitError(error);
  const links = examples.map(
    ({ appid, name }, index) => html`${index > 0 ? ', ' : null}${appLink(appid, name)}`,
  );
  return html`<tr id="${idOf('failure', error)}">
    <th scope="row">
      <strong>${errorClass}</strong> ${message}
      <div class="quiet">
        ${links}${apps > examples.length ? html`, <a href="${linkTo({ state: 'failed', reason: error })}">all ${formatCount(apps)}</a>` : null}
      </div>
    </th>
    <td class="number">${formatCount(apps)}</td>
    <td class="wide">${ago(lastFailedAt, at)}</td>
    ${readOnly ? null : html`<td class="number">${renderRequeueButton(group, errorClass)}</td>`}
  </tr>`;
}

function renderRequeueButton({ error, apps }: FailureGroup, errorClass: string): Html {
  return html`<form data-action="requeueGroup">
    <input type="hidden" name="failureGroup" value="${error}" />
    <button aria-label="Requeue ${formatApps(apps)} that failed with ${errorClass}">Requeue</button>
  </form>`;
}

/** The id of a row: the focus stays on the button of its own group when other groups come and go. */
function idOf(list: string, key: string): string {
  return `${list}-${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;
}

function splitError(error: string): { errorClass: string; message: string } {
  const at = error.indexOf(': ');
  return at === -1
    ? { errorClass: error, message: '' }
    : { errorClass: error.slice(0, at), message: error.slice(at + 2) };
}

/** The latest changes at Steam, and how far each has come here. */
export function renderChanges({ at, ledger }: Overview): Html {
  const changes = ledger?.changes ?? [];
  return html`<section id="changes" class="card" aria-labelledby="changes-title">
    <h2 id="changes-title" tabindex="-1">Latest changes</h2>
    ${
      !ledger
        ? empty('Postgres is unreachable.')
        : changes.length === 0
          ? empty('No change seen yet. About 300 apps an hour change, so the first appear within minutes.')
          : table(
              'Latest changes',
              ['App', 'Seen', 'State', ['Change number', 'wide number']],
              changes.map((change) => renderChange(change, at)),
            )
    }
  </section>`;
}

function renderChange(change: LatestChange, at: Date): Html {
  const { changeNumber, appid, name, needsToken, seenAt, outcome } = change;
  return html`<tr id="change-${changeNumber}-${appid}">
    <th scope="row">
      ${appLink(appid, name)}${needsToken ? html` <span class="quiet" title="Anonymous sessions receive only part of this app">needs a token</span>` : null}
    </th>
    <td>${ago(seenAt, at)}</td>
    <td>${badge(OUTCOME_LEVELS[outcome], outcome)}</td>
    <td class="wide number">${changeNumber}</td>
  </tr>`;
}

const SCAN_REASONS = {
  discovery: 'Discovery of all apps',
  gap: 'Gap in the change feed',
  sweep: 'Regular sweep',
  verify: 'Documents compared with Steam',
} as const satisfies Record<ScanProgress['reason'], string>;

/** Scans, which compare the ledger with Steam: after a gap in the feed, to discover apps, and regularly. */
export function renderScans({ at, ledger }: Overview): Html {
  const scans = ledger?.scans ?? [];
  return html`<section id="scans" class="card" aria-labelledby="scans-title">
    <h2 id="scans-title" tabindex="-1">Scans</h2>
    ${
      !ledger
        ? empty('Postgres is unreachable.')
        : scans.length === 0
          ? empty(
              'No scan yet. The first producer starts a discovery; a gap in the change feed starts a scan.',
            )
          : table(
              'Scans',
              ['Reason', 'State'],
              scans.map((scan) => renderScan(scan, at)),
            )
    }
  </section>`;
}

function renderScan(scan: ScanProgress, at: Date): Html {
  const results = [
    ...(scan.reason === 'verify'
      ? [`${formatCount(scan.verified)} the same`, `${formatCount(scan.differing)} different`]
      : []),
    `${formatCount(scan.marked)} to fetch`,
    ...(scan.gone > 0 ? [`${formatCount(scan.gone)} removed`] : []),
    ...(scan.unanswered > 0 ? [`${formatCount(scan.unanswered)} without response`] : []),
    `${formatCount(scan.requests)} requests`,
  ];
  return html`<tr id="scan-${scan.id}">
    <th scope="row">
      ${SCAN_REASONS[scan.reason]}
      <div class="quiet">${ago(scan.startedAt, at)}</div>
    </th>
    <td>
      ${renderProgress(scan)}
      <div class="quiet">${results.join(', ')}</div>
    </td>
  </tr>`;
}

function renderProgress({ finishedAt, startedAt, nextAppid, lastAppid }: ScanProgress): Html {
  if (finishedAt) {
    return html`${badge('good', 'done')} in ${formatDuration(finishedAt.getTime() - startedAt.getTime())}`;
  }
  const percent = Math.min(99, Math.floor((nextAppid / Math.max(1, (lastAppid ?? 0) + 1)) * 100));
  return html`${badge('busy', 'running')}
    <progress max="100" value="${percent}" aria-label="Ids scanned">${percent} %</progress>`;
}
