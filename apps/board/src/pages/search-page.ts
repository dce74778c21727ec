import type { FoundApp } from '@pics/database';
import { appLink, badge, empty, table } from './elements.ts';
import { html, type Html } from './html.ts';
import { renderPage, type Frame } from './layout.ts';

/** What a search found. */
export function renderSearchPage(
  searched: string,
  found: readonly FoundApp[],
  { limit, ...mode }: Pick<Frame, 'environment' | 'readOnly'> & { limit: number },
): string {
  const count = found.length >= limit ? `The best ${limit} for` : `${found.length} for`;
  const content = html` <div class="heading"><h1>${count} “${searched}”</h1></div>
    <section class="card" aria-label="Found apps">
      ${
        found.length === 0
          ? empty(
              'No stored app has this name. Apps that are only wanted so far have no name yet; their id finds them.',
            )
          : table('Found apps', ['App', 'Type', 'Access', ['Id', 'number']], found.map(renderFound))
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
