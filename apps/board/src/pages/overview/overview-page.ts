import type { Overview } from '../../overview/read-overview.ts';
import { html, type Html } from '../html.ts';
import { renderPage, type Frame } from '../layout.ts';
import { renderChanges } from './changes.ts';
import { renderFailures } from './failures.ts';
import { renderFigures } from './figures.ts';
import { renderFleet } from './fleet.ts';
import { renderScans } from './scans.ts';
import { renderServices } from './services.ts';
import { renderSteering } from './steering.ts';
import { renderVerdict } from './verdict.ts';

type Mode = Pick<Frame, 'environment' | 'readOnly'>;

/** The parts of the page that change while it is open, by the id of their element. */
export function renderLiveParts(overview: Overview, { readOnly }: Pick<Mode, 'readOnly'>) {
  return {
    verdict: renderVerdict(overview),
    figures: renderFigures(overview),
    fleet: renderFleet(overview, { readOnly }),
    failures: renderFailures(overview, { readOnly }),
    services: renderServices(overview),
    changes: renderChanges(overview),
    scans: renderScans(overview),
  } satisfies Record<string, Html>;
}

/** The overview as a whole, readable without any script; the script keeps it live and draws the plots. */
export function renderOverviewPage(overview: Overview, mode: Mode): string {
  const live = renderLiveParts(overview, mode);
  const content = html` <div class="standing">
      ${live.verdict}
      <p id="live" class="quiet"></p>
    </div>
    ${live.figures}
    <section aria-labelledby="throughput-title" class="card throughput">
      <h2 id="throughput-title">Throughput</h2>
      <fieldset class="span">
        <legend class="unseen">Span of the plots</legend>
        <label><input type="radio" name="span" value="hour" checked /> last hour</label>
        <label><input type="radio" name="span" value="day" /> last day</label>
      </fieldset>
      ${renderPlot('apps', 'Apps a second')} ${renderPlot('requests', 'Requests a second')}
    </section>
    <div class="columns">
      ${live.services}
      <section aria-labelledby="steering-title" class="card steering">
        <h2 id="steering-title">Fleet</h2>
        ${live.fleet} ${renderSteering(mode)}
      </section>
    </div>
    ${live.failures}
    <div class="columns">${live.changes} ${live.scans}</div>`;
  return renderPage({ ...mode, title: 'Overview', script: 'overview.js' }, content);
}

function renderPlot(name: 'apps' | 'requests', title: string): Html {
  return html`<figure>
    <figcaption>${title} <span id="${name}-now"></span></figcaption>
    <div class="plot" id="${name}-plot" role="img" aria-label="${title}">
      <noscript><p class="empty">Plots need JavaScript; their figures are in /api/overview.</p></noscript>
    </div>
  </figure>`;
}
