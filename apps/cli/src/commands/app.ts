import { plainText, UserError } from '@pics/core';
import { findApp, findDocuments, searchApps, type AppDetails, type Database } from '@pics/database';
import {
  describeLedgerRow,
  explainUnknownApp,
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
import { describeDocument, openDocument } from '../output/documents.ts';
import { print, printBody, printJson, printNote } from '../output/print.ts';
import { LEVEL_STYLES, style } from '../output/text.ts';
import { findServerUrl } from '../servers/get-server-url.ts';
import { useDatabase } from '../servers/use-database.ts';

interface Options extends CommonOptions {
  raw?: boolean;
  askSteam?: boolean;
}

export const appCommand = defineCommand(
  'app',
  'Show what is stored of an app, its state in the ledger and its changes',
  [
    ['app 440', 'by its id'],
    ['app "half-life"', 'by words of its name; lists all that match'],
    ['app 440 --raw', 'its product info as Steam sent it, as text KeyValues'],
    ['app 440 --raw --ask-steam', 'as Steam sends it now'],
  ],
)
  .argument('<id>', 'the id of the app, or words of its name')
  .option('--raw', 'print the stored document; where there is none, ask Steam')
  .option('--ask-steam', 'with --raw: one logon and one request now, outside the budget of the fleet')
  .action(async (wanted: string, { raw, askSteam = false, json = false }: Options, command: Command) => {
    const appid = findAppid(wanted);
    if (askSteam && !raw) command.error('error: --ask-steam goes with --raw');
    if (!raw) return useDatabase((database) => showApp(database, appid ?? wanted, json));
    if (appid === undefined) command.error(`error: --raw needs an id, such as 440, not "${wanted}"`);
    if (!askSteam && (await showStoredApp(appid, json))) return;
    // Only this option needs the PICS client, which takes longest to load.
    const { showRawApp } = await import('./app-raw.ts');
    await showRawApp(appid, json);
  });

/** Prints the newest stored document of an app; false without one, also where there is no database. */
async function showStoredApp(appid: number, json: boolean): Promise<boolean> {
  if (findServerUrl('DATABASE_URL') === undefined) return false;
  const document = (await useDatabase((database) => findDocuments(database, [appid]))).at(-1);
  if (!document) {
    printNote(`No document of app ${appid} is stored: asking Steam.`);
    return false;
  }
  const body = openDocument(document);
  const { part, changeNumber, sha1, fetchedAt } = document;
  const missingToken = part === 'public';
  if (json) printJson({ appid, changeNumber, missingToken, fetchedAt, sha1, body: body.toString() });
  else {
    printNote(describeDocument(document));
    printBody(body);
  }
  return true;
}

/** How many apps a name finds. */
const FOUND = 20;

/** @throws UserError when there is no such app. */
async function showApp(database: Database, wanted: number | string, json: boolean): Promise<void> {
  const appid = typeof wanted === 'string' ? await chooseApp(database, wanted, json) : wanted;
  if (appid === undefined) return;
  const details = await findApp(database, appid);
  if (!details) throw new UserError(explainUnknownApp(appid));
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
