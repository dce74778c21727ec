import {
  assessHealth,
  describeDocuments,
  describeEta,
  formatCount,
  formatDuration,
  isFaultless,
  isFollowed,
  measureCatchUp,
  type FleetStatus,
  type LedgerStatus,
} from '@pics/operations';
import type { Overview } from '../../overview/read-overview.ts';
import { ago, badge } from '../elements.ts';
import { html, type Html } from '../html.ts';
import { renderPage, type PageMode } from '../layout.ts';
import { renderChanges, renderFailures, renderScans } from './activity.ts';
import { renderControls, renderFleet, renderServices } from './fleet.ts';

/** The parts of the page that change while it is open, by the id of their element. */
export function renderLiveParts(overview: Overview, { readOnly }: Pick<PageMode, 'readOnly'>) {
  return {
    health: renderHealth(overview),
    counts: renderCounts(overview),
    fleet: renderFleet(overview, { readOnly }),
    failures: renderFailures(overview, { readOnly }),
    services: renderServices(overview),
    changes: renderChanges(overview),
    scans: renderScans(overview),
  } satisfies Record<string, Html>;
}

/** The whole overview. It is readable without scripts; the script keeps it live and draws the charts. */
export function renderOverviewPage(overview: Overview, mode: PageMode): string {
  const live = renderLiveParts(overview, mode);
  const content = html` <div class="headline">
      ${live.health}
      <p id="live" class="quiet"></p>
    </div>
    ${live.counts}
    <section aria-labelledby="throughput-title" class="card throughput">
      <h2 id="throughput-title">Throughput</h2>
      <fieldset class="span">
        <legend class="visually-hidden">Time span of the charts</legend>
        <label><input type="radio" name="span" value="hour" checked /> last hour</label>
        <label><input type="radio" name="span" value="day" /> last day</label>
      </fieldset>
      ${renderPlot('apps', 'Apps a second')} ${renderPlot('requests', 'Requests a second')}
    </section>
    <div class="columns">
      ${live.services}
      <section aria-labelledby="controls-title" class="card controls">
        <h2 id="controls-title">Fleet</h2>
        ${live.fleet} ${renderControls(mode)}
      </section>
    </div>
    ${live.failures}
    <div class="columns">${live.changes} ${live.scans}</div>`;
  return renderPage({ ...mode, title: 'Overview', script: 'overview.js' }, content);
}

/** One headline: all is well, or the most serious problem. */
function renderHealth(overview: Overview): Html {
  const { level, headline, detail } = assessHealth(overview);
  return html`<section id="health" data-level="${level}" aria-labelledby="headline">
    <h1 id="headline">${headline}</h1>
    <p>${detail}</p>
    ${
      overview.ledger?.feed.source === 'simulator'
        ? html`<p class="note">These apps are generated: they come from the simulator, not from Steam.</p>`
        : null
    }
  </section>`;
}

/** How far behind Steam the tables are, and how many apps are in each state. */
function renderCounts({ at, ledger, fleet }: Overview): Html {
  return html`<section id="counts" aria-label="Apps by state">
    <dl class="tiles">
      ${ledger ? renderTiles(ledger, fleet, at) : renderTile('Apps', '–', 'Postgres is unreachable.')}
    </dl>
    ${ledger ? renderProportions(ledger, fleet, at) : null} ${ledger ? renderDocuments(ledger, at) : null}
  </section>`;
}

function renderTiles(ledger: LedgerStatus, fleet: FleetStatus | undefined, at: Date): Html[] {
  const { feed, counts } = ledger;
  const behindMs = feed.behindSince ? at.getTime() - feed.behindSince.getTime() : 0;
  const jobs = fleet?.queues.reduce((sum, queue) => sum + queue.waiting + queue.active + queue.delayed, 0);
  return [
    renderTile(
      'Behind Steam',
      feed.changeNumber === null || !isFollowed(feed)
        ? '–'
        : html`${formatCount(feed.changesBehind)}
            <small>${feed.changesBehind === 1 ? 'change' : 'changes'}</small> ${formatDuration(behindMs)}`,
      describeFeed(ledger, fleet, at),
    ),
    renderTile('Wanted', formatCount(counts.wanted), describeWanted(ledger, fleet, at)),
    renderTile(
      'In flight',
      formatCount(counts.inFlight),
      jobs === undefined ? 'in batches' : `${formatCount(jobs)} ${jobs === 1 ? 'job' : 'jobs'} in the queues`,
    ),
    renderTile('Settled', formatCount(counts.settled), `of ${formatCount(counts.known)} known apps`),
    counts.failed === 0
      ? renderTile('Failed', '0', 'nothing to requeue')
      : renderTile('Failed', formatCount(counts.failed), html`<a href="#failures">see why</a>`, 'bad'),
  ];
}

function renderTile(title: string, value: Html | string, note: Html | string, level?: 'bad'): Html {
  return html`<div${level ? html` data-level="${level}"` : null}><dt>${title}</dt><dd class="value">${value}</dd><dd>${note}</dd></div>`;
}

function describeWanted(ledger: LedgerStatus, fleet: FleetStatus | undefined, at: Date): string {
  const catchUp = measureCatchUp({ at, ledger, fleet });
  if (catchUp) return describeEta(catchUp) ?? 'to be fetched';
  return ledger.counts.wanted === 0 ? 'nothing to fetch' : 'to be fetched';
}

/** The change number up to which the feed is recorded, and when it was last polled. */
function describeFeed({ feed }: LedgerStatus, fleet: FleetStatus | undefined, at: Date): Html | string {
  if (feed.changeNumber === null) return 'not polled yet';
  if (!isFollowed(feed)) {
    const silence = feed.polledMsAgo === null ? '' : ` for ${formatDuration(feed.polledMsAgo)}`;
    return `change ${feed.changeNumber}, not polled${silence}`;
  }
  const polledAt = fleet?.replicas.find((replica) => replica.role === 'leads')?.lastProgressAt;
  return html`change ${feed.changeNumber}${polledAt ? html`, polled ${ago(new Date(polledAt), at)}` : null}`;
}

/** The counts as a bar. Hidden from screen readers, which read the same numbers in the tiles. */
function renderProportions(ledger: LedgerStatus, fleet: FleetStatus | undefined, at: Date): Html | null {
  const { counts } = ledger;
  if (counts.known === 0) return null;
  // What is still to be found takes its place too: the bar is full when everything is done.
  const share = measureCatchUp({ at, ledger, fleet })?.share ?? 1;
  const total = Math.max(counts.known, share > 0 ? counts.settled / share : counts.known);
  let x = 0;
  const parts = (['settled', 'inFlight', 'wanted', 'failed'] as const).map((state) => {
    // Wide enough to be seen, even for a single app.
    const width = counts[state] === 0 ? 0 : Math.max(0.4, (counts[state] / total) * 100);
    x += width;
    return html`<rect
      class="${state}"
      x="${(x - width).toFixed(2)}"
      width="${width.toFixed(2)}"
      height="1"
    />`;
  });
  return html`<svg
    class="proportions"
    viewBox="0 0 ${Math.max(x, 100).toFixed(2)} 1"
    preserveAspectRatio="none"
    aria-hidden="true"
  >
    ${parts}
  </svg>`;
}

/** The stored documents and how they last compared with Steam; nothing where none is stored. */
function renderDocuments({ documents }: LedgerStatus, at: Date): Html | null {
  const text = describeDocuments(documents, at);
  if (text === undefined) return null;
  const isBad = documents.verification !== null && !isFaultless(documents.verification);
  return html`<p id="documents" class="note">
    Documents: ${isBad ? badge('bad', 'differ') : null} ${text}.
  </p>`;
}

function renderPlot(name: 'apps' | 'requests', title: string): Html {
  return html`<figure>
    <figcaption>${title} <span id="${name}-now"></span></figcaption>
    <div class="plot" id="${name}-plot" role="img" aria-label="${title}">
      <noscript><p class="empty">Charts need JavaScript. The numbers are in /api/overview.</p></noscript>
    </div>
  </figure>`;
}
