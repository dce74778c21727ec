import { LIST_NAMES, type ListEntry, type ListName } from '@pics/database';
import { formatCount } from '@pics/operations';
import { ENTRIES_PAGE_SIZE, type EntryPage } from '../../browse/read-lists.ts';
import { empty } from '../elements.ts';
import { html, type Html } from '../html.ts';
import { renderPage, type PageMode } from '../layout.ts';
import { pager } from '../pager.ts';
import { withQuery } from '../with-query.ts';
import { LIST_TITLES } from './list-titles.ts';

/** An index: all tags, all developers and so on, each with how many apps it has. */
export function renderIndexPage(
  list: ListName,
  { q, page }: { q: string; page: number },
  { entries, total, isCut }: EntryPage,
  mode: PageMode,
): string {
  const title = LIST_TITLES[list].all;
  const link = (other: number) => withQuery(`browse/${list}`, { q: q || undefined, page: other });
  const content = html` <div class="heading"><h1>${title}</h1></div>
    <nav class="filters" aria-label="Lists">
      ${LIST_NAMES.map(
        (name) =>
          html`<a href="browse/${name}" ${name === list ? html` aria-current="true"` : null}
            >${LIST_TITLES[name].all}</a
          >`,
      )}
    </nav>
    <section class="card" aria-label="${title}">
      <form class="find" action="browse/${list}">
        <input
          type="search"
          name="q"
          value="${q}"
          aria-label="Part of the name"
          placeholder="Part of the name"
          maxlength="100"
        />
        <button>Find</button>
      </form>
      ${
        entries.length === 0
          ? renderNothing(q, page)
          : html`<ul class="entries">
              ${entries.map((entry) => renderEntry(list, entry))}
            </ul>`
      }
      ${isCut && q === '' ? html`<p class="note">These are the ${formatCount(total)} with the most apps. Find others by their names.</p>` : null}
    </section>
    ${pager({ page, pageSize: ENTRIES_PAGE_SIZE, total, link })}`;
  return renderPage({ ...mode, title }, content);
}

function renderEntry(list: ListName, { key, name, apps }: ListEntry): Html {
  return html`<li>
    <a href="browse/${list}/${key}">${name}</a> <span class="quiet">${formatCount(apps)}</span>
  </li>`;
}

function renderNothing(q: string, page: number): Html {
  if (page > 1) return empty(`There is no page ${page}.`);
  return empty(
    q === '' ? 'No app has one yet. They appear as apps are fetched.' : `None has “${q}” in its name.`,
  );
}
