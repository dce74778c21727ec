import { plainText, UserError } from '@pics/core';
import { findApp, searchApps, type AppDetails, type Database } from '@pics/database';
import {
  describeLedgerRow,
  formatAgo,
  formatLocalTime,
  listNames,
  listStoredFields,
  type Field,
} from '@pics/operations';
import type { Command } from 'commander';
import { findAppid } from '../command-line/arguments.ts';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { formatFields, formatTable } from '../output/format-table.ts';
import { describeFound, describeNothing } from '../output/found-apps.ts';
import { print, printJson } from '../output/print.ts';
import { LEVEL_STYLES, style } from '../output/text.ts';
import { useDatabase } from '../servers/use-database.ts';

interface Options extends CommonOptions {
  raw?: boolean;
}

export const appCommand = defineCommand(
  'app',
  'Show what is stored of an app, its state in the ledger and its changes',
  [
    ['app 440', 'by its id'],
    ['app "half-life"', 'by words of its name; lists all that match'],
    ['app 440 --raw', 'the body that Steam sends now, as text KeyValues'],
  ],
)
  .argument('<id>', 'the id of the app, or words of its name')
  .option('--raw', 'fetch the body from Steam: one logon and one request, outside the budget of the fleet')
  .action(async (wanted: string, { raw, json = false }: Options, command: Command) => {
    const appid = findAppid(wanted);
    if (!raw) return useDatabase((database) => showApp(database, appid ?? wanted, json));
    if (appid === undefined) command.error(`error: --raw needs an id, such as 440, not "${wanted}"`);
    // Only this option needs the PICS client, which takes longest to load.
    const { showRawApp } = await import('./app-raw.ts');
    await showRawApp(appid, json);
  });

/** How many apps a name finds. */
const FOUND = 20;

/** @throws UserError when there is no such app. */
async function showApp(database: Database, wanted: number | string, json: boolean): Promise<void> {
  const appid = typeof wanted === 'string' ? await chooseApp(database, wanted, json) : wanted;
  if (appid === undefined) return;
  const details = await findApp(database, appid);
  if (!details) {
    throw new UserError(`Nothing is known of app ${appid}. Fetch it with: pics sync --appids ${appid}`);
  }
  if (json) printJson(details);
  else print(describeApp(details, new Date()));
}

/** The only app with this name; none after listing several. */
async function chooseApp(database: Database, text: string, json: boolean): Promise<number | undefined> {
  const result = await searchApps(database, { text, limit: FOUND });
  const [first] = result.apps;
  if (!first) throw new UserError(describeNothing(text, result));
  if (result.total === 1) return first.appid;
  if (json) printJson(result.apps);
  else print(describeFound(result, `pics search ${JSON.stringify(text)} lists more.`));
  return undefined;
}

/** More of them fill the screen without saying more; `--json` has all. */
const CHANGES = 5;
const REFERENCES = 20;

function describeApp(details: AppDetails, now: Date): string[] {
  const { appid, app, ledger, changes } = details;
  const title = [app?.type, appid, app?.picsAccess === 'public' ? undefined : app?.picsAccess];
  const stored = listStoredFields(details).map((field) => [field.label, describeValue(field)] as const);
  return [
    `${style('bold', plainText(app?.name ?? '(no name)'))} ${style('dim', plainText(title.filter(Boolean).join(' · ')))}`,
    ...formatFields([
      ...(app ? stored : [['Stored', 'nothing'] as const]),
      ['Ledger', ledger ? describeLedger(ledger, now) : 'never wanted'],
      ['Store page', `https://store.steampowered.com/app/${appid}`],
    ]),
    ...(changes.length === 0
      ? []
      : [
          '',
          ...formatTable(changes.slice(0, CHANGES), [
            {
              title: 'changed',
              value: ({ seenAt }) => `${formatLocalTime(seenAt)}, ${formatAgo(seenAt, now)}`,
            },
            { title: 'change', value: ({ changeNumber }) => String(changeNumber), align: 'right' },
            { title: '', value: ({ needsToken }) => (needsToken ? 'needs a token' : '') },
          ]),
        ]),
  ];
}

function describeValue({ value }: Field): string {
  if (value instanceof Date) return formatLocalTime(value);
  if (typeof value !== 'object') return plainText(String(value));
  const more = value.length > REFERENCES ? `, and ${value.length - REFERENCES} more` : '';
  return plainText(listNames(value.slice(0, REFERENCES))) + more;
}

function describeLedger(row: NonNullable<AppDetails['ledger']>, now: Date): string {
  const { level, word, detail } = describeLedgerRow(row, now);
  const { picsChangeNumber, lastPicsSync, settledChangeNumber } = row;
  const never = settledChangeNumber === null ? 'no response yet' : 'unknown to Steam';
  return [
    style(LEVEL_STYLES[level], [word, plainText(detail)].filter(Boolean).join(' ')),
    picsChangeNumber === null ? 'nothing stored' : `stored as of change ${picsChangeNumber}`,
    lastPicsSync ? `last response ${formatAgo(lastPicsSync, now)}` : never,
  ].join(' · ');
}
