import { plainText } from '@pics/core';
import { countLedger, getFailures, groupFailures, type Failure, type FailureGroup } from '@pics/database';
import { formatAgo, formatApps, formatCount } from '@pics/operations';
import { wholeNumber } from '../command-line/arguments.ts';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { formatTable, type Column } from '../output/format-table.ts';
import { print, printJson } from '../output/print.ts';
import { style, wrapText } from '../output/text.ts';
import { useDatabase } from '../servers/use-database.ts';

interface Options extends CommonOptions {
  apps?: boolean;
  limit: number;
}

export const failuresCommand = defineCommand('failures', 'Show which apps failed and why, grouped by error', [
  ['failures', 'the most frequent error first'],
  ['failures --apps --limit 100', 'the latest 100 apps that failed, each with its error'],
  ["failures --json | jq -r '.[].error'", 'only the errors'],
])
  .option('--apps', 'one line for each app, the latest first')
  .option('--limit <count>', 'how many to show', wholeNumber(1, 1_000_000), 20)
  .action(async ({ json, apps, limit }: Options) => {
    await useDatabase(async (database) => {
      const show = async <Row>(rows: Row[], describe: (rows: Row[]) => string[]) => {
        if (json) return printJson(rows);
        const { failed } = await countLedger(database);
        if (failed === 0) print([style('green', 'No app has failed.')]);
        else print([...describe(rows), '', `${formatApps(failed)} failed. ${HINT}`]);
      };
      if (apps) await show(await getFailures(database, limit), (failures) => formatTable(failures, COLUMNS));
      else await show(await groupFailures(database, limit), (groups) => groups.flatMap(describeGroup));
    });
  });

const HINT = 'Retry all with: pics requeue --failed, or some with: pics requeue --error TEXT';

const INDENT = '  ';

/** The whole error, to be copied into a requeue, and its apps below it. */
function describeGroup({ error, apps, firstFailedAt, lastFailedAt, examples }: FailureGroup): string[] {
  const named = examples.map(({ appid, name }) => [appid, name].filter(Boolean).join(' '));
  if (apps > examples.length) named.push('…');
  const [first, last] = [formatAgo(firstFailedAt), formatAgo(lastFailedAt)];
  const when = first === last ? first : `first ${first}, last ${last}`;
  const details = plainText(`${formatApps(apps)} · ${when} · ${named.join(', ')}`);
  return [
    style('red', plainText(error)),
    ...wrapText(details, INDENT.length).map((line) => style('dim', INDENT + line)),
  ];
}

const COLUMNS: readonly Column<Failure>[] = [
  { title: 'appid', value: ({ appid }) => String(appid), align: 'right' },
  { title: 'name', value: ({ name }) => name ?? '' },
  { title: 'failed', value: ({ failedAt }) => formatAgo(failedAt) },
  { title: 'attempts', value: ({ attempts }) => formatCount(attempts), align: 'right' },
  {
    title: 'error',
    value: ({ error }) => error ?? 'no reason was recorded',
    style: () => 'red',
    flexible: true,
  },
];
