import {
  countLedger,
  getFailures,
  groupFailures,
  type Database,
  type Failure,
  type FailureGroup,
} from '@pics/database';
import type { CommonOptions } from '../command-line/define-command.ts';
import { formatAgo, formatApps, formatCount } from '../output/format.ts';
import { formatTable, type Column } from '../output/format-table.ts';
import { print, printJson } from '../output/print.ts';
import { style } from '../output/style.ts';
import { useDatabase } from '../servers/use-database.ts';

export interface FailuresOptions extends CommonOptions {
  /** One line for each app instead of one for each reason. */
  apps?: boolean;
  limit: number;
}

/** Shows for which reasons apps stand failed in the ledger, the one with the most apps first, or these apps one by one. */
export async function showFailures({ json, apps, limit }: FailuresOptions): Promise<void> {
  await useDatabase((database) =>
    apps
      ? show(database, json, getFailures(database, limit), APP_COLUMNS)
      : show(database, json, groupFailures(database, limit), GROUP_COLUMNS),
  );
}

async function show<Row>(
  database: Database,
  json: boolean | undefined,
  getRows: Promise<Row[]>,
  columns: readonly Column<Row>[],
): Promise<void> {
  const [rows, { failed }] = await Promise.all([getRows, countLedger(database)]);
  if (json) printJson(rows);
  else if (rows.length === 0) print([style('green', 'No app stands failed.')]);
  else
    print([
      ...formatTable(rows, columns),
      '',
      `${formatApps(failed)} failed. Send all again with: pics requeue --failed, or some: pics requeue --error TEXT`,
    ]);
}

const GROUP_COLUMNS: readonly Column<FailureGroup>[] = [
  { title: 'apps', value: ({ apps }) => formatCount(apps), align: 'right' },
  { title: 'first', value: ({ firstFailedAt }) => formatAgo(firstFailedAt) },
  { title: 'last', value: ({ lastFailedAt }) => formatAgo(lastFailedAt) },
  { title: 'such as', value: ({ examples }) => listIds(examples) },
  { title: 'error (# for any number)', value: ({ error }) => error, style: () => 'red', flexible: true },
];

const APP_COLUMNS: readonly Column<Failure>[] = [
  { title: 'appid', value: ({ appid }) => String(appid), align: 'right' },
  { title: 'name', value: ({ name }) => name ?? '' },
  { title: 'failed', value: ({ failedAt }) => formatAgo(failedAt) },
  { title: 'attempts', value: ({ attempts }) => formatCount(attempts), align: 'right' },
  { title: 'error', value: ({ error }) => error ?? 'no reason was kept', style: () => 'red', flexible: true },
];

function listIds(examples: FailureGroup['examples']): string {
  return examples
    .slice(0, 3)
    .map(({ appid }) => appid)
    .join(', ');
}
