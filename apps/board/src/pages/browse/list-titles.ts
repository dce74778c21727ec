import type { ListName } from '@pics/database';

/** What the lists of each name are called in a page: all of them, and one. */
export const LIST_TITLES: Record<ListName, { all: string; one: string }> = {
  tags: { all: 'Tags', one: 'Tag' },
  genres: { all: 'Genres', one: 'Genre' },
  categories: { all: 'Categories', one: 'Category' },
  developers: { all: 'Developers', one: 'Developer' },
  publishers: { all: 'Publishers', one: 'Publisher' },
  franchises: { all: 'Franchises', one: 'Franchise' },
  deck: { all: 'Steam Deck', one: 'Steam Deck' },
  months: { all: 'Release months', one: 'Released in' },
};
