import type { LatestEvent } from '@pics/database';
import type { DescribedEvent } from '@pics/operations';
import { EVENT_TYPES, type EventQuery } from '../../history/event-query.ts';
import type { ChangesPage } from '../../history/latest-changes.ts';
import { ago, appLink, empty } from '../elements.ts';
import { html, type Html } from '../html.ts';
import { renderPage, type PageMode } from '../layout.ts';
import { withQuery } from '../with-query.ts';
import { EVENT_NAMES, eventLines, typeBadge } from './event-parts.ts';
import { fieldSelect } from './field-select.ts';

/** What changed in all apps, the newest first, by type and field. The script keeps the first page live. */
export function renderChangesPage(page: ChangesPage, query: EventQuery, mode: PageMode): string {
  const isFirst = query.before === undefined;
  const content = html`<div class="headline">
      <div class="heading"><h1>Changes</h1></div>
      <p id="live" class="quiet"></p>
    </div>
    <section class="card" aria-label="Latest changes of all apps">
      ${renderFilter(query)} ${renderLatest(page, query)}
    </section>`;
  return renderPage(
    { ...mode, title: 'Changes', style: 'history.css', ...(isFirst && { script: 'changes.js' as const }) },
    content,
  );
}

/** The part of the page that is live. */
export function renderLatest({ at, events, next }: ChangesPage, query: EventQuery): Html {
  return html`<div id="latest" data-stream="${linkTo('api/events/live', query)}">
    ${
      events.length > 0
        ? html`<ol class="timeline">
            ${events.map((event) => renderEvent(event, at))}
          </ol>`
        : empty(describeNothing(query))
    }
    ${renderPager(query, next)}
  </div>`;
}

function renderFilter(query: EventQuery): Html {
  const isFiltered = query.type !== undefined || query.field !== undefined;
  return html`<form class="filter" action="changes">
    <label
      >Type
      <select name="type">
        <option value="">any</option>
        ${EVENT_TYPES.map(
          (type) =>
            html`<option value="${type}" ${type === query.type ? html` selected` : null}>
              ${EVENT_NAMES[type]}
            </option>`,
        )}
      </select></label
    >
    ${fieldSelect(query.field)}<button>Filter</button>
    ${isFiltered ? html`<a href="changes">Clear</a>` : null}
  </form>`;
}

function renderEvent(event: DescribedEvent<LatestEvent>, at: Date): Html {
  const { appid, name, transactionId, id, changeNumber, type, inWords } = event;
  return html`<li id="event-${transactionId}-${id}">
    <div class="what">
      <strong>${appLink(appid, name)}</strong> ${typeBadge(type)} ${ago(event.at, at)}
      ${changeNumber === null ? null : html`<a class="aside" href="apps/${appid}?change=${changeNumber}#change-${changeNumber}">change ${changeNumber}</a>`}
    </div>
    ${eventLines(inWords)}
  </li>`;
}

function describeNothing({ type, field, before }: EventQuery): string {
  if (before) return 'There are no older changes.';
  return type === undefined && field === undefined
    ? 'No change has been recorded yet. They appear as Steam announces changes of stored apps.'
    : 'No recorded change matches.';
}

function renderPager(query: EventQuery, next: string | null): Html | null {
  if (query.before === undefined && next === null) return null;
  return html`<nav class="pager" aria-label="Pages of the changes">
    ${query.before === undefined ? null : html`<a href="${linkTo('changes', query)}" rel="first">Newest</a>`}
    ${next === null ? null : html`<a href="${linkTo('changes', query, next)}" rel="next">Older →</a>`}
  </nav>`;
}

function linkTo(path: string, { type, field }: EventQuery, before?: string): string {
  return withQuery(path, { type, field, before });
}
