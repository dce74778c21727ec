import { estimateMs } from '../../overview/judge.ts';
import type { FleetSide, LedgerSide, Overview } from '../../overview/read-overview.ts';
import { ago } from '../elements.ts';
import { formatCount, formatDuration } from '../format.ts';
import { html, type Html } from '../html.ts';

/** How far behind Steam, and what the ledger holds in which state. */
export function renderFigures({ at, ledger, fleet }: Overview): Html {
  return html`<section id="figures" aria-label="Figures">
    <dl class="figures">
      ${ledger ? figuresOf(ledger, fleet, at) : tile('Figures', '–', 'Postgres has not answered.')}
    </dl>
    ${ledger ? renderProportions(ledger) : null}
  </section>`;
}

function figuresOf(ledger: LedgerSide, fleet: FleetSide | undefined, at: Date): Html[] {
  const { feed, counts } = ledger;
  const behindMs = feed.behindSince ? at.getTime() - feed.behindSince.getTime() : 0;
  const etaMs = estimateMs(ledger);
  const jobs = fleet?.queues.reduce((sum, queue) => sum + queue.waiting + queue.active + queue.delayed, 0);
  return [
    tile(
      'Behind Steam',
      feed.changeNumber === null
        ? '–'
        : html`${formatCount(feed.changesBehind)}
            <small>${feed.changesBehind === 1 ? 'change' : 'changes'}</small> ${formatDuration(behindMs)}`,
      describeFeed(ledger, fleet, at),
      'behind',
    ),
    tile('Wanted', formatCount(counts.wanted), describeWanted(counts.wanted, etaMs)),
    tile(
      'In flight',
      formatCount(counts.inFlight),
      jobs === undefined ? 'in batches' : `${formatCount(jobs)} ${jobs === 1 ? 'job' : 'jobs'} in the queues`,
    ),
    tile('Settled', formatCount(counts.settled), `of ${formatCount(counts.known)} known apps`),
    tile(
      'Failed',
      formatCount(counts.failed),
      counts.failed === 0 ? 'nothing waits for you' : html`<a href="#failures">see why</a>`,
      counts.failed === 0 ? undefined : 'failed',
    ),
  ];
}

function describeWanted(wanted: number, etaMs: number | undefined): string {
  if (wanted === 0) return 'nothing waits';
  return etaMs === undefined ? 'to be fetched' : `done in about ${formatDuration(etaMs)}`;
}

/** When Steam was last asked, and up to which change number everything is recorded. */
function describeFeed({ feed }: LedgerSide, fleet: FleetSide | undefined, at: Date): Html | string {
  if (feed.changeNumber === null) return 'Steam has not been asked yet';
  const asked = fleet?.replicas.find((replica) => replica.role === 'leads')?.lastProgressAt;
  return html`change
  ${formatCount(feed.changeNumber)}${asked ? html`, asked ${ago(new Date(asked), at)}` : null}`;
}

function tile(title: string, value: Html | string, note: Html | string, kind?: string): Html {
  return html`<div${kind ? html` data-kind="${kind}"` : null}><dt>${title}</dt><dd class="value">${value}</dd><dd>${note}</dd></div>`;
}

/** The same as the figures beside it, as a bar: for the eye alone. */
function renderProportions({ counts }: LedgerSide): Html | null {
  if (counts.known === 0) return null;
  let x = 0;
  const parts = (['settled', 'inFlight', 'wanted', 'failed'] as const).map((state) => {
    // What exists is seen, however little it is.
    const width = counts[state] === 0 ? 0 : Math.max(0.4, (counts[state] / counts.known) * 100);
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
    viewBox="0 0 ${x.toFixed(2)} 1"
    preserveAspectRatio="none"
    aria-hidden="true"
  >
    ${parts}
  </svg>`;
}
