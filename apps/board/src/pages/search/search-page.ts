import type { SearchResult } from '@pics/database';
import { formatCount } from '@pics/operations';
import { appTable } from '../app-table.ts';
import { empty } from '../elements.ts';
import { html, type Html } from '../html.ts';
import { renderPage, type PageMode } from '../layout.ts';
import { pager } from '../pager.ts';
import { withQuery } from '../with-query.ts';

/** What was searched for, and which page of the results is shown. */
export interface Searched {
  q: string;
  type?: string | undefined;
  page: number;
  pageSize: number;
}

/** The results of a search for apps: how many of each type, and one page of them. */
export function renderSearchPage(searched: Searched, result: SearchResult, mode: PageMode): string {
  const { q, type, page, pageSize } = searched;
  const { apps, total } = result;
  const content = html` <div class="heading">
      <h1>${formatCount(total)} ${total === 1 ? 'result' : 'results'} for “${q}”</h1>
    </div>
    ${renderTypes(searched, result)}
    <section class="card" aria-label="Search results">
      ${apps.length === 0 ? renderNothing(searched, result) : appTable('Search results', apps)}
    </section>
    ${pager({ page, pageSize, total, link: (other) => searchLink({ q, type, page: other }) })}`;
  return renderPage({ ...mode, title: `Search: ${q}`, searched: q }, content);
}

function renderNothing({ type, page }: Searched, { total, didYouMean }: SearchResult): Html {
  if (total > 0) return empty(`There is no page ${page}.`);
  if (didYouMean !== null) {
    return html`<p class="empty">
      No stored app matches. Did you mean <a href="${searchLink({ q: didYouMean, type })}">${didYouMean}</a>?
    </p>`;
  }
  return empty('No stored app matches. Apps that are not fetched yet have no name: search for their id.');
}

/** Links to the results of each type. */
function renderTypes({ q, type }: Searched, { types }: SearchResult): Html | null {
  if (types.length === 0 || (types.length === 1 && type === undefined)) return null;
  const all = types.reduce((sum, { apps }) => sum + apps, 0);
  const links = [{ type: undefined, apps: all }, ...types.filter((row) => row.type !== null)].map((row) => {
    const isShown = (row.type ?? undefined) === type;
    return html`<a
      href="${searchLink({ q, type: row.type ?? undefined })}"
      ${isShown ? html` aria-current="true"` : null}
      >${row.type ?? 'all types'} <span class="quiet">${formatCount(row.apps)}</span></a
    >`;
  });
  return html`<nav class="filters" aria-label="Types">${links}</nav>`;
}

function searchLink({ q, type, page = 1 }: { q: string; type?: string | undefined; page?: number }): string {
  return withQuery('apps', { q, type: type || undefined, page: page > 1 ? page : undefined });
}
