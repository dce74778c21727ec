import { judge } from '../../overview/judge.ts';
import type { Overview } from '../../overview/read-overview.ts';
import { html, type Html } from '../html.ts';

/** The sentence that tells everything is well, or what is not. */
export function renderVerdict(overview: Overview): Html {
  const { level, headline, detail } = judge(overview);
  return html`<section id="verdict" data-level="${level}" aria-labelledby="headline">
    <h1 id="headline">${headline}</h1>
    <p>${detail}</p>
    ${
      overview.ledger?.feed.source === 'simulator'
        ? html`<p class="note">These apps are made up: they come from the simulator, not from Steam.</p>`
        : null
    }
  </section>`;
}
