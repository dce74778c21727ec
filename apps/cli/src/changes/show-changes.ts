import { getLatestChanges, type ChangesStart, type LatestChange } from '@pics/database';
import type { CommonOptions } from '../command-line/define-command.ts';
import { formatCount, formatTime } from '../output/format.ts';
import { formatTable, type Column } from '../output/format-table.ts';
import { print, printJson, printNote } from '../output/print.ts';
import { useDatabase } from '../servers/use-database.ts';
import { outcomeStyle } from './outcome-style.ts';

export interface ChangesOptions extends CommonOptions {
  since?: ChangesStart;
  limit?: number;
}

/** How many of the latest changes fill a screen; asked since when, one wants all of them. */
const LATEST = 20;
const MOST = 100_000;

/** Shows the last changes of apps, in the order they happened: the newest stands last, where the eye is. */
export async function showChanges({
  json,
  since,
  limit = since ? MOST : LATEST,
}: ChangesOptions): Promise<void> {
  const changes = await useDatabase((database) => getLatestChanges(database, limit, since));
  if (since && changes.length === limit) {
    printNote(`These are the newest ${formatCount(limit)}; there may be more.`);
  }
  changes.reverse();
  if (json) printJson(changes);
  else print(changes.length === 0 ? ['No change of an app was seen.'] : formatTable(changes, COLUMNS));
}

const COLUMNS: readonly Column<LatestChange>[] = [
  { title: 'seen', value: ({ seenAt }) => formatTime(seenAt), style: () => 'dim' },
  { title: 'change', value: ({ changeNumber }) => String(changeNumber), align: 'right' },
  { title: 'appid', value: ({ appid }) => String(appid), align: 'right' },
  { title: 'row', value: ({ outcome }) => outcome, style: ({ outcome }) => outcomeStyle[outcome] },
  {
    title: 'name',
    value: ({ name, needsToken }) => `${name ?? ''}${needsToken ? ' (needs a token)' : ''}`,
    flexible: true,
  },
];
