import type { AppDetails } from '@pics/database';
import { formatAgo, formatTime } from '../output/format.ts';
import { formatFields } from '../output/format-fields.ts';
import { formatTable } from '../output/format-table.ts';
import { plainText } from '../output/plain-text.ts';
import { style } from '../output/style.ts';
import { describeLedgerLine } from './describe-ledger-line.ts';

/** More of them fill the screen without telling more; `--json` has all there are. */
const CHANGES = 5;
const DLC = 20;

/** What is stored of an app, its line in the ledger and its latest changes, for people. */
export function describeApp(details: AppDetails): string[] {
  const { appid, app, ledger, changes } = details;
  const title = [app?.type, appid, app?.picsAccess === 'public' ? undefined : app?.picsAccess];
  return [
    `${style('bold', plainText(app?.name ?? '(no name)'))} ${style('dim', title.filter(Boolean).join(' · '))}`,
    ...formatFields([
      ...describeStored(details),
      ['Ledger', ledger ? describeLedgerLine(ledger) : 'nobody has wanted it yet'],
      ['Store page', `https://store.steampowered.com/app/${appid}`],
    ]),
    ...(changes.length === 0
      ? []
      : [
          '',
          ...formatTable(changes.slice(0, CHANGES), [
            { title: 'changed', value: ({ seenAt }) => `${formatTime(seenAt)}, ${formatAgo(seenAt)}` },
            { title: 'change', value: ({ changeNumber }) => String(changeNumber), align: 'right' },
            { title: '', value: ({ needsToken }) => (needsToken ? 'needs a token' : '') },
          ]),
        ]),
  ];
}

function describeStored(details: AppDetails): [name: string, value: string | undefined][] {
  const { app, parent, deck, developers, publishers, franchises, tags, genres, categories, dlc } = details;
  if (!app) return [['Stored', 'nothing']];
  const fields: [string, string | null | undefined][] = [
    ['Developers', developers.join(', ')],
    ['Publishers', publishers.join(', ')],
    ['Franchises', franchises.join(', ')],
    ['Belongs to', parent && listNames([parent])],
    ['Released', app.steamReleaseDate && formatTime(app.steamReleaseDate)],
    ['First released', app.originalReleaseDate && formatTime(app.originalReleaseDate)],
    ['Release state', app.releaseState],
    ['Free', app.isFree === null ? undefined : app.isFree ? 'yes' : 'no'],
    ['Platforms', app.platforms],
    ['Controller', app.controllerSupport],
    ['Reviews', app.picsReviewPercentage === null ? undefined : `${app.picsReviewPercentage} % positive`],
    ['Metacritic', app.metacriticScore?.toString()],
    ['Steam Deck', deck?.status],
    ['Tags', listNames(tags)],
    ['Genres', listNames(genres)],
    ['Categories', listNames(categories)],
    ['Languages', app.languages && Object.keys(app.languages).join(', ')],
    ['Build', app.currentBuildId],
    ['Last content', app.lastContentUpdate && formatTime(app.lastContentUpdate)],
    ['Homepage', app.homepageUrl],
    ['DLC', listNames(dlc.slice(0, DLC)) + (dlc.length > DLC ? `, and ${dlc.length - DLC} more` : '')],
    ['Stored', app.updatedAt && formatTime(app.updatedAt)],
  ];
  return fields.map(([name, value]) => [name, value ? plainText(value) : undefined]);
}

/** Ids stand for those whose name nobody knows. */
function listNames(named: readonly { id: number; name: string | null }[]): string {
  return named.map(({ id, name }) => name ?? String(id)).join(', ');
}
