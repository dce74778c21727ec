import type { SearchResult } from '@pics/database';
import { formatApps, formatCount } from '@pics/operations';
import { formatTable } from './format-table.ts';
import { style } from './text.ts';

/** The apps of a search, and where there are more than these, how many there are and how to see them. */
export function describeFound({ apps, total }: SearchResult, hint: string): string[] {
  const rest =
    apps.length < total
      ? ['', style('dim', `${formatCount(apps.length)} of ${formatApps(total)}. ${hint}`)]
      : [];
  return [
    ...formatTable(apps, [
      { title: 'appid', value: ({ appid }) => String(appid), align: 'right' },
      { title: 'type', value: ({ type }) => type ?? '' },
      { title: 'name', value: ({ name }) => name ?? '', flexible: true },
    ]),
    ...rest,
  ];
}

/** Says that nothing was found, and what may have been meant. */
export function describeNothing(text: string, { didYouMean }: SearchResult): string {
  const hint = didYouMean === null ? '' : ` Did you mean "${didYouMean}"?`;
  return `No stored app matches "${text}".${hint}`;
}
