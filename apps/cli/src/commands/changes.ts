import { getLatestChanges, type ChangesStart, type LatestChange } from '@pics/database';
import { formatCount, formatLocalTime, OUTCOME_LEVELS } from '@pics/operations';
import { parseChangesStart, wholeNumber } from '../command-line/arguments.ts';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { formatTable, type Column } from '../output/format-table.ts';
import { print, printJson, printNote } from '../output/print.ts';
import { LEVEL_STYLES } from '../output/text.ts';
import { useDatabase } from '../servers/use-database.ts';

interface Options extends CommonOptions {
  since?: ChangesStart;
  limit?: number;
}

/** As many as fill a screen; with a start, all of them are of interest. */
const LATEST = 20;
const MOST = 100_000;

export const changesCommand = defineCommand('changes', 'Show which apps changed, and the state of each', [
  ['changes', 'the last 20'],
  ['changes --since 2h', 'those of the last two hours; a date or a time works too'],
  ['changes --since 31650000', 'those after this change number'],
])
  .option(
    '--since <start>',
    'a change number, a date or time, or how long ago (90min, 2h, 3d)',
    parseChangesStart,
  )
  .option(
    '--limit <count>',
    'how many to show: the newest (default: 20; with --since 100,000)',
    wholeNumber(1, 1_000_000),
  )
  .action(async ({ json, since, limit = since ? MOST : LATEST }: Options) => {
    const changes = await useDatabase((database) => getLatestChanges(database, limit, since));
    if (since && changes.length === limit) {
      printNote(`These are the newest ${formatCount(limit)}; there may be more.`);
    }
    changes.reverse(); // The newest goes last, where the eye is.
    if (json) printJson(changes);
    else print(changes.length === 0 ? ['No change of an app was recorded.'] : formatTable(changes, COLUMNS));
  });

const COLUMNS: readonly Column<LatestChange>[] = [
  { title: 'seen', value: ({ seenAt }) => formatLocalTime(seenAt), style: () => 'dim' },
  { title: 'change', value: ({ changeNumber }) => String(changeNumber), align: 'right' },
  { title: 'appid', value: ({ appid }) => String(appid), align: 'right' },
  {
    title: 'state',
    value: ({ outcome }) => outcome,
    style: ({ outcome }) => LEVEL_STYLES[OUTCOME_LEVELS[outcome]],
  },
  {
    title: 'name',
    value: ({ name, needsToken }) => `${name ?? ''}${needsToken ? ' (needs a token)' : ''}`,
    flexible: true,
  },
];
