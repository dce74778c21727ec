import type { AppHistory } from '../../history/read-app-history.ts';
import type { DescribedEvent } from '@pics/operations';
import { empty } from '../elements.ts';
import { html, type Html } from '../html.ts';
import { withQuery } from '../with-query.ts';
import { eventLines, typeBadge } from './event-parts.ts';
import { fieldSelect } from './field-select.ts';

/** What changed in an app, by day, the newest first; each change has an anchor to link to. */
export function renderTimeline(appid: number, history: AppHistory): Html {
  const { query, events, oldestVersion } = history;
  const days = Map.groupBy(events, ({ at }) => at.toISOString().slice(0, 10));
  const anchors = nameAnchors(events);
  return html`<section id="history" class="card" aria-labelledby="history-title">
    <div class="titled">
      <h2 id="history-title">History</h2>
      <span>
        ${oldestVersion === undefined ? null : html`<a href="apps/${appid}/diff">Compare versions</a>`}
      </span>
    </div>
    ${
      events.length === 0 && isWhole(query)
        ? empty('No change of this app has been recorded yet.')
        : html`<form class="filter" action="apps/${appid}#history">
              ${fieldSelect(query.field)}<button>Filter</button>
              ${query.field === undefined ? null : html`<a href="apps/${appid}#history">Clear</a>`}
            </form>
            ${events.length === 0 ? empty('No recorded change matches.') : null}`
    }
    ${[...days].map(
      ([day, ofDay]) =>
        html`<h3>${formatDay(day)}</h3>
          <ol class="timeline">
            ${ofDay.map((event) => renderEvent(appid, event, anchors.get(event) ?? '', oldestVersion))}
          </ol>`,
    )}
    ${renderPager(appid, history)}
  </section>`;
}

function isWhole({ field, before, change }: AppHistory['query']): boolean {
  return field === undefined && before === undefined && change === undefined;
}

/** `change-36002074`; the second event of a change number, which is rare, goes by its own id. */
function nameAnchors(events: readonly DescribedEvent[]): Map<DescribedEvent, string> {
  const taken = new Set<number>();
  return new Map(
    events.map((event) => {
      const { id, changeNumber } = event;
      if (changeNumber === null || taken.has(changeNumber)) return [event, `event-${id}`];
      taken.add(changeNumber);
      return [event, `change-${changeNumber}`];
    }),
  );
}

function renderEvent(
  appid: number,
  { at, changeNumber, type, inWords }: DescribedEvent,
  anchor: string,
  oldestVersion: number | undefined,
): Html {
  const time = at.toISOString();
  return html`<li id="${anchor}" tabindex="-1">
    <div class="what">
      <time datetime="${time}">${time.slice(11, 16)} UTC</time>
      ${changeNumber === null ? null : html`<a href="apps/${appid}?change=${changeNumber}#${anchor}">change ${changeNumber}</a>`}
      ${typeBadge(type)} ${renderDiffLink(appid, changeNumber, oldestVersion)}
    </div>
    ${eventLines(inWords)}
  </li>`;
}

/** A link to the diff of this change, if the text before it is stored. */
function renderDiffLink(
  appid: number,
  changeNumber: number | null,
  oldestVersion: number | undefined,
): Html | null {
  if (changeNumber === null || oldestVersion === undefined || changeNumber <= oldestVersion) return null;
  return html`<a
    class="aside"
    href="apps/${appid}/diff?from=${changeNumber - 1}&amp;to=${changeNumber}"
    aria-label="diff of change ${changeNumber}"
    >diff</a
  >`;
}

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: 'UTC' });

function formatDay(day: string): string {
  return DAY.format(new Date(day));
}

function renderPager(appid: number, { query, next }: AppHistory): Html | null {
  const { field, before, change } = query;
  const link = (older?: number) => `${withQuery(`apps/${appid}`, { field, before: older })}#history`;
  const isFirst = before === undefined && change === undefined;
  if (isFirst && next === null) return null;
  return html`<nav class="pager" aria-label="Pages of the history">
    ${isFirst ? null : html`<a href="${link()}" rel="first">Newest</a>`}
    ${next === null ? null : html`<a href="${link(next)}" rel="next">Older →</a>`}
  </nav>`;
}
