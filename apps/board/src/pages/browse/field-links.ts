import type { AppDetails, ListName } from '@pics/database';
import { html, type Html } from '../html.ts';

/** The fields of an app that lead to lists of apps, by their labels: its tags, its developers, the month of its release. */
export function linkFields({ app, deck, nameIds, tags, genres, categories }: AppDetails): Map<string, Html> {
  const links: [label: string, list: ListName, entries: { id: number | string; name: string | null }[]][] = [
    ['Developers', 'developers', nameIds.developers],
    ['Publishers', 'publishers', nameIds.publishers],
    ['Franchises', 'franchises', nameIds.franchises],
    ['Tags', 'tags', tags],
    ['Genres', 'genres', genres],
    ['Categories', 'categories', categories],
    ['Steam Deck', 'deck', deck?.status ? [{ id: deck.status, name: deck.status }] : []],
    ['Release month', 'months', findMonth(app?.steamReleaseDate)],
  ];
  return new Map(
    links
      .filter(([, , entries]) => entries.length > 0)
      .map(([label, list, entries]) => [
        label,
        html`${entries.map(({ id, name }, index) => {
          return html`${index > 0 ? ', ' : null}<a href="browse/${list}/${id}">${name ?? id}</a>`;
        })}`,
      ]),
  );
}

const MONTH = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric', timeZone: 'UTC' });

function findMonth(date: Date | null | undefined): { id: string; name: string }[] {
  return date ? [{ id: date.toISOString().slice(0, 7), name: MONTH.format(date) }] : [];
}
