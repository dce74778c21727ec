import type { Overview } from '../../overview/read-overview.ts';
import { ago } from '../elements.ts';
import { formatRate } from '../format.ts';
import { html, type Html } from '../html.ts';

/** How the fleet is steered right now, and the button that pauses or resumes it. */
export function renderFleet({ at, ledger, fleet }: Overview, { readOnly }: { readOnly: boolean }): Html {
  const steering = ledger?.steering;
  const rate = steering?.fetchRate ?? fleet?.fetchRate;
  const button = steering?.pausedAt
    ? html`<form data-do="resume"><button class="primary">Resume</button></form>`
    : html`<form data-do="pause"><button>Pause</button></form>`;
  return html`<div id="fleet">
    <p>
      <strong>${rate === undefined ? 'No rate yet' : `${formatRate(rate)} requests a second`}</strong>
      <span class="quiet">${describeOrigin(steering?.fetchRate ?? undefined, rate)}</span>
    </p>
    <p>
      ${steering?.pausedAt ? html`<strong>Paused</strong> <span class="quiet">${ago(steering.pausedAt, at)}</span>` : 'Not paused'}
    </p>
    ${readOnly || !ledger ? null : button}
  </div>`;
}

function describeOrigin(setLive: number | undefined, rate: number | undefined): string {
  if (setLive !== undefined) return 'set live';
  return rate === undefined ? 'the first producer brings one' : 'as FETCH_RATE_PER_SECOND says';
}
