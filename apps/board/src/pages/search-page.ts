import type { FoundApp } from '@pics/database';
import { appLink, badge, empty, table } from './elements.ts';
import { html, type Html } from './html.ts';
import { renderPage, type PageMode } from './layout.ts';

/** The results of a search for apps. */
export function renderSearchPage(
  searched: string,
  found: readonly FoundApp[],
  { limit, ...mode }: PageMode & { limit: number },
): string {
  const count =
    found.length >= limit
      ? `First ${limit} results`
      : `${found.length} ${found.length === 1 ? 'result' : 'results'}`;
  const content = html` <div class="heading"><h1>${count} for “${searched}”</h1></div>
    <section class="card" aria-label="Search results">
      ${
        found.length === 0
          ? empty('No stored app matches. Apps that are not fetched yet have no name: search for their id.')
          : table('Search results', ['App', 'Type', 'Access', ['Id', 'number']], found.map(renderFound))
      }
    </section>`;
  return renderPage({ ...mode, title: `Search: ${searched}`, searched }, content);
}

function renderFound({ appid, name, type, picsAccess }: FoundApp): Html {
  const access = picsAccess ?? 'not fetched yet';
  return html`<tr>
    <th scope="row">${appLink(appid, name)}</th>
    <td>${type ?? '–'}</td>
    <td>${badge(access === 'public' ? 'good' : 'quiet', access)}</td>
    <td class="number">${appid}</td>
  </tr>`;
}
