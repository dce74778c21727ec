import type { ChangeOutcome, LatestChange } from '@pics/database';
import type { Overview } from '../../overview/read-overview.ts';
import { ago, appLink, badge, empty, table } from '../elements.ts';
import { html, type Html } from '../html.ts';

const LEVELS = {
  stored: 'good',
  unknown: 'quiet',
  wanted: 'quiet',
  'in flight': 'busy',
  failed: 'bad',
} as const satisfies Record<ChangeOutcome, string>;

/** What changed at Steam last, and what became of it here. */
export function renderChanges({ at, ledger }: Overview): Html {
  const changes = ledger?.changes ?? [];
  return html`<section id="changes" class="card" aria-labelledby="changes-title">
    <h2 id="changes-title" tabindex="-1">Last changes</h2>
    ${
      !ledger
        ? empty('Postgres has not answered.')
        : changes.length === 0
          ? empty(
              'No change has been seen yet. Steam changes some 300 apps an hour; the first ones show up here within minutes.',
            )
          : table(
              'Last changes',
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
      ${appLink(appid, name)}${needsToken ? html` <span class="quiet" title="An anonymous session gets only a part of it">needs a token</span>` : null}
    </th>
    <td>${ago(seenAt, at)}</td>
    <td>${badge(LEVELS[outcome], outcome)}</td>
    <td class="wide number">${changeNumber}</td>
  </tr>`;
}
