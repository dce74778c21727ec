import { countLedger, getFailures, groupFailures, type Failure, type FailureGroup } from '@pics/database';
import type { CommonOptions } from '../command-line/define-command.ts';
import { formatAgo, formatApps, formatCount } from '../output/format.ts';
import { formatTable, type Column } from '../output/format-table.ts';
import { plainText } from '../output/plain-text.ts';
import { print, printJson } from '../output/print.ts';
import { style } from '../output/style.ts';
import { wrapText } from '../output/wrap-text.ts';
import { useDatabase } from '../servers/use-database.ts';

export interface FailuresOptions extends CommonOptions {
  /** One line for each app instead of one for each error. */
  apps?: boolean;
  limit: number;
}

/** Shows for which reasons apps stand failed in the ledger, the one with the most apps first, or these apps one by one. */
export async function showFailures({ json, apps, limit }: FailuresOptions): Promise<void> {
  await useDatabase(async (database) => {
    const show = async <Row>(rows: Row[], describe: (rows: Row[]) => string[]) => {
      if (json) return printJson(rows);
      const { failed } = await countLedger(database);
      if (failed === 0) print([style('green', 'No app stands failed.')]);
      else print([...describe(rows), '', `${formatApps(failed)} failed. ${ADVICE}`]);
    };
    if (apps) await show(await getFailures(database, limit), (failures) => formatTable(failures, COLUMNS));
    else await show(await groupFailures(database, limit), (groups) => groups.flatMap(describeGroup));
  });
}

const ADVICE = 'Send all again with: pics requeue --failed, or some: pics requeue --error TEXT';

/** The whole error, to be copied into a requeue, and below it what there is to say about it. */
function describeGroup({ error, apps, firstFailedAt, lastFailedAt, examples }: FailureGroup): string[] {
  const named = examples.map(({ appid, name }) => [appid, name].filter(Boolean).join(' '));
  if (apps > examples.length) named.push('…');
  const [first, last] = [formatAgo(firstFailedAt), formatAgo(lastFailedAt)];
  const when = first === last ? first : `first ${first}, last ${last}`;
  const indent = '  ';
  const width = (process.stdout.columns ?? Number.POSITIVE_INFINITY) - indent.length;
  const details = wrapText(plainText(`${formatApps(apps)} · ${when} · ${named.join(', ')}`), width);
  return [style('red', plainText(error)), ...details.map((line) => style('dim', indent + line))];
}

const COLUMNS: readonly Column<Failure>[] = [
  { title: 'appid', value: ({ appid }) => String(appid), align: 'right' },
  { title: 'name', value: ({ name }) => name ?? '' },
  { title: 'failed', value: ({ failedAt }) => formatAgo(failedAt) },
  { title: 'attempts', value: ({ attempts }) => formatCount(attempts), align: 'right' },
  { title: 'error', value: ({ error }) => error ?? 'no reason was kept', style: () => 'red', flexible: true },
];
