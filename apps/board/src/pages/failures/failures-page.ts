import type { FailingApp, FailureFilter, FailureSummary, RequeueProgress } from '@pics/database';
import { formatApps, formatCount } from '@pics/operations';
import { empty } from '../elements.ts';
import { html, type Html } from '../html.ts';
import { renderPage, type PageMode } from '../layout.ts';
import { renderFailingApps } from './failing-apps.ts';
import { linkTo } from './link-to.ts';
import { renderRequeues } from './requeues.ts';

/** What the page shows. */
export interface Failures {
  filter: FailureFilter;
  summary: FailureSummary;
  apps: readonly FailingApp[];
  /** The latest requeues, or the one that the filter chooses. */
  requeues: readonly RequeueProgress[];
  /** 1 for the first. */
  page: number;
  pageSize: number;
  at: Date;
}

/** The apps that failed or are retried, filtered and in pages, with a button that requeues all or some of them. */
export function renderFailuresPage(failures: Failures, mode: PageMode): string {
  const { filter, summary, requeues, at } = failures;
  const content = html`<div class="heading"><h1>Failures</h1></div>
    ${renderRequeues(requeues, at, filter.requeue)} ${renderStates(filter, summary)}
    <section class="card failing" aria-labelledby="failing-title">
      <h2 id="failing-title" class="visually-hidden" tabindex="-1">${describeList(filter)}</h2>
      ${renderFilter(filter, summary)} ${mode.readOnly ? null : renderActions(filter, summary)}
      <div id="failing">${renderList(failures, mode)}</div>
    </section>`;
  return renderPage({ ...mode, title: 'Failures', script: 'failures.js', style: 'failures.css' }, content);
}

function describeList({ state, requeue }: FailureFilter): string {
  if (requeue !== undefined) return 'Apps of this requeue';
  return state === 'retrying' ? 'Apps that are being retried' : 'Apps that failed';
}

function renderStates({ state, requeue }: FailureFilter, { failed, retrying }: FailureSummary): Html {
  const link = (title: string, count: number, to: 'failed' | 'retrying') => {
    const isCurrent = requeue === undefined && state === to;
    return html`<a href="${linkTo({ state: to })}" ${isCurrent ? html` aria-current="page"` : null}
      >${title} <span class="count">${formatCount(count)}</span></a
    >`;
  };
  return html`<nav id="states" class="states" aria-label="Failures by state">
    ${link('Failed', failed, 'failed')} ${link('Being retried', retrying, 'retrying')}
  </nav>`;
}

/** A form that works without scripts: it asks for the same page with another filter. */
function renderFilter(filter: FailureFilter, { reasons, types }: FailureSummary): Html {
  const { state, reason, type, name, requeue } = filter;
  const option = (value: string, apps: number, chosen: string | undefined) =>
    html`<option value="${value}" ${value === chosen ? html` selected` : null}>
      ${value} (${formatCount(apps)})
    </option>`;
  const isFiltered = reason !== undefined || type !== undefined || name !== undefined;
  return html`<form class="filter" action="failures">
    ${state ? html`<input type="hidden" name="state" value="${state}" />` : null}
    ${requeue === undefined ? null : html`<input type="hidden" name="requeue" value="${requeue}" />`}
    <label
      >Reason
      <select name="reason">
        <option value="">any</option>
        ${reasons.map((one) => option(one.reason, one.apps, reason))}
      </select></label
    >
    <label
      >Type
      <select name="type">
        <option value="">any</option>
        ${types.map((one) => option(one.type, one.apps, type))}
      </select></label
    >
    <label>Name or id <input name="name" value="${name ?? ''}" maxlength="100" autocomplete="off" /></label>
    <button>Filter</button>
    ${isFiltered ? html`<a href="${linkTo({ state, requeue })}">Clear</a>` : null}
  </form>`;
}

/**
 * The button's filter is what the script sends: what the list shows, not what was typed into the form since. The script
 * enables the controls, which do nothing before it is loaded.
 */
function renderActions(filter: FailureFilter, { total }: FailureSummary): Html {
  return html`<div id="actions" class="actions" data-filter="${JSON.stringify(filter)}" data-total="${total}">
    <label><input type="checkbox" id="select-page" disabled /> Select this page</label>
    <button type="button" id="requeue" class="primary" disabled>Requeue ${formatApps(total)}</button>
  </div>`;
}

function renderList(failures: Failures, mode: PageMode): Html {
  const { apps, filter, summary } = failures;
  if (apps.length > 0) {
    return html`${renderFailingApps(apps, failures.at, { filter, readOnly: mode.readOnly })}
    ${renderPages(failures)}`;
  }
  if (failures.page > 1) return empty('This page is empty: there are fewer apps than before.');
  if (filter.requeue !== undefined) return empty('No app of this requeue matches.');
  if (filter.state === 'retrying')
    return empty(
      summary.retrying === 0
        ? 'No app is being retried. Apps without a usable response are asked for again up to 12 times, and listed here meanwhile.'
        : 'No app that is being retried matches.',
    );
  return empty(
    summary.failed === 0
      ? 'No app has failed. Apps that cannot be parsed, that Steam never returns, or that Postgres rejects are listed here with the cause.'
      : 'No failed app matches.',
  );
}

function renderPages({ filter, summary, apps, page, pageSize }: Failures): Html {
  const first = (page - 1) * pageSize + 1;
  const last = first + apps.length - 1;
  return html`<nav class="pages" aria-label="Pages of the list">
    <span>${formatCount(first)} to ${formatCount(last)} of ${formatApps(summary.total)}</span>
    ${page > 1 ? html`<a rel="prev" href="${linkTo({ ...filter, page: page - 1 })}">Previous</a>` : null}
    ${last < summary.total ? html`<a rel="next" href="${linkTo({ ...filter, page: page + 1 })}">Next</a>` : null}
  </nav>`;
}
