import type { AppList, ListName } from '@pics/database';
import { formatApps } from '@pics/operations';
import { appTable } from '../app-table.ts';
import { empty } from '../elements.ts';
import { html, type Html } from '../html.ts';
import { renderPage, type PageMode } from '../layout.ts';
import { LIST_TITLES } from './list-titles.ts';

/** A list of apps, such as those with one tag: a part of it, and a link to the next. */
export function renderListPage(
  { list, key, page }: { list: ListName; key: string; page: number },
  { name, total, apps, next }: AppList,
  mode: PageMode,
): string {
  const { all, one } = LIST_TITLES[list];
  const content = html` <nav class="filters" aria-label="Lists"><a href="browse/${list}">← ${all}</a></nav>
    <div class="heading">
      <h1><span class="quiet">${one}</span> ${name}</h1>
      <span class="quiet">${formatApps(total)}</span>
    </div>
    <section class="card" aria-label="Apps">
      ${apps.length === 0 ? empty(page > 1 ? 'The list ends here.' : 'No stored app is in this list.') : appTable('Apps', apps)}
    </section>
    ${renderPager({ list, key, page }, next)}`;
  return renderPage({ ...mode, title: `${one} ${name}` }, content);
}

function renderPager(
  { list, key, page }: { list: ListName; key: string; page: number },
  next: number | null,
): Html | null {
  if (page === 1 && next === null) return null;
  return html`<nav class="pager" aria-label="Pages of the list">
    ${page > 1 ? html`<a href="browse/${list}/${key}" rel="first">First page</a>` : null}
    <span class="quiet">Page ${page}</span>
    ${next === null ? null : html`<a href="browse/${list}/${key}?after=${next}&amp;page=${page + 1}" rel="next">Next →</a>`}
  </nav>`;
}
