import { extractApp, sectionsToJson } from '@pics/appinfo';
import { plainText, type KeptColumns } from '@pics/core';
import { extractStored, findKeptColumns, type Database, type ExtractResult } from '@pics/database';
import {
  formatApps,
  formatCount,
  formatDuration,
  formatRate,
  INTERRUPTED,
  openTerminal,
  stopOnInterrupt,
  type ProgressReport,
} from '@pics/operations';
import { environment, parseSettings, SettingsError } from '@pics/service';
import type { Command } from 'commander';
import { parseAppids } from '../command-line/arguments.ts';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { formatTable } from '../output/format-table.ts';
import { print, printJson } from '../output/print.ts';
import { useDatabase } from '../servers/use-database.ts';

interface Options extends CommonOptions {
  appids?: number[];
  all?: true;
}

export const extractCommand = defineCommand(
  'extract',
  'Fill the tables from the stored documents, without Steam',
  [
    ['extract', 'all apps: after a migration that added a column, or with other JSON_SECTIONS'],
    ['extract --appids 440,570', 'these two'],
  ],
)
  .usage('[--appids <ids> | --all]')
  .option('--appids <ids>', 'these apps, separated by commas', parseAppids)
  .option('--all', 'every app that has a document, which is the default')
  .action(async ({ appids, all, json = false }: Options, command: Command) => {
    if (appids && all) command.error('error: choose the apps in one way: --appids or --all');
    const variables = environment();
    const { KEEP_COLUMNS: keep, JSON_SECTIONS: names } = parseSettings(variables, []);
    // Run somewhere without the writer's settings, it must not delete what the writer keeps.
    const sections = variables['JSON_SECTIONS'] !== undefined && {
      sections: { names, toSections: (text: Uint8Array) => sectionsToJson(text, names) },
    };
    const startedAt = Date.now();
    // With --json stdout is for the result, so the progress goes to stderr.
    const terminal = await openTerminal({ output: json ? process.stderr : process.stdout });
    const { signal, stopListening } = stopOnInterrupt();
    const result = await useDatabase(async (database) => {
      await checkKeptColumns(database, keep);
      return extractStored(database, appids ? { appids } : { all: true }, {
        extractApp,
        keep,
        ...sections,
        signal,
        onProgress: (progress) => terminal.showProgress(describeProgress(progress, Date.now() - startedAt)),
      });
    }).finally(() => {
      stopListening();
      terminal.end();
    });
    if (json) printJson(result);
    else print(describeResult(result, Date.now() - startedAt));
    if (result.failed.length + result.without.length > 0) process.exitCode = 1;
    if (result.done < result.total && signal.aborted) process.exitCode = INTERRUPTED;
  });

/** @throws SettingsError where the writer keeps other columns: extracting would replace what it keeps, or keep what it replaces. */
async function checkKeptColumns(database: Database, keep: KeptColumns): Promise<void> {
  const kept = await findKeptColumns(database);
  if (!kept || new Set(kept).symmetricDifference(new Set(keep)).size === 0) return;
  throw new SettingsError(
    `The writer runs with ${describeKept(kept)}, and this command with ${describeKept(keep)}. ` +
      'Set the same here, or restart the writer with yours.',
  );
}

const describeKept = (names: KeptColumns) =>
  names.length > 0 ? `KEEP_COLUMNS=${names.join(',')}` : 'no KEEP_COLUMNS';

function describeProgress(
  { done, total }: { done: number; total: number },
  elapsedMs: number,
): ProgressReport {
  const appsPerSecond = done / (elapsedMs / 1_000);
  const counts = `${formatCount(done)} of ${formatApps(total)} done`;
  return {
    share: done / total,
    spans: [
      { text: `${formatRate(appsPerSecond)} apps/s` },
      { text: `${formatDuration(((total - done) / appsPerSecond) * 1_000)} left` },
    ],
    counts,
    facts: { done, total, appsPerSecond },
  };
}

/** More of them fill the screen without saying more; `--json` has all. */
const MOST_LISTED = 20;

function describeResult(result: ExtractResult, elapsedMs: number): string[] {
  const { done, total, added, changed, unchanged, newer, sections, failed, lacking, without } = result;
  const counts = `${formatCount(changed)} changed, ${formatCount(added)} added, ${formatCount(unchanged)} unchanged`;
  const end =
    done < total
      ? `Stopped after ${formatCount(done)} of ${formatApps(total)}`
      : `Done: ${formatApps(total)}`;
  const named = without.slice(0, MOST_LISTED).join(',');
  return [
    `${end}: ${counts}, ${formatCount(failed.length)} failed, after ${formatDuration(elapsedMs)}.`,
    ...(sections > 0 ? [`${formatCount(sections)} sections changed.`] : []),
    ...(done < total ? ['What is done stays. Run it again for the rest.'] : []),
    ...(newer > 0
      ? [`${formatApps(newer)} left alone: the rows are newer than the document. Fetch with: pics sync --all`]
      : []),
    ...(without.length > 0
      ? [`${formatApps(without.length)} without a document. Fetch with: pics sync --appids ${named}`]
      : []),
    ...listFaults('Failed', failed),
    ...listFaults('Written without references to apps that have no row', lacking),
  ];
}

function listFaults(title: string, apps: ExtractResult['failed']): string[] {
  if (apps.length === 0) return [];
  const more = apps.length - MOST_LISTED;
  return [
    '',
    `${title}: ${formatApps(apps.length)}`,
    ...formatTable(apps.slice(0, MOST_LISTED), [
      { title: 'appid', value: ({ appid }) => String(appid), align: 'right' },
      { title: 'error', value: ({ error }) => plainText(error), flexible: true },
    ]),
    ...(more > 0 ? [`and ${formatCount(more)} more; --json lists all`] : []),
  ];
}
