import { diffTrees, parseKeyValues } from '@pics/appinfo';
import { CHANGE_FIELDS, isChangeField, plainText, UserError } from '@pics/core';
import { findApp, listEvents, type AppEvent, type Database } from '@pics/database';
import {
  describeEvents,
  diffVersions,
  explainUnknownApp,
  formatCount,
  formatLocalTime,
  type ChangeInWords,
  type DescribedEvent,
} from '@pics/operations';
import { Option, type Command } from 'commander';
import {
  parseChangeRange,
  parseSince,
  requireAppid,
  wholeNumber,
  type ChangeRange,
} from '../command-line/arguments.ts';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { print, printJson, printNote } from '../output/print.ts';
import { style, wrapText, type Style } from '../output/text.ts';
import { useDatabase } from '../servers/use-database.ts';

interface Options extends CommonOptions {
  field?: string;
  since?: Date;
  limit?: number;
  diff?: ChangeRange;
}

/** As many as fill a screen or two; with a start, all of them are of interest. */
const LATEST = 20;
const MOST = 100_000;

export const historyCommand = defineCommand('history', 'Show what changed in an app, and when', [
  ['history 440', 'the last 20 changes'],
  ['history 440 --field tags', 'those of one field; branches.beta and languages.german are fields too'],
  ['history 440 --since 7d', 'those of the last week; a date or a time works too'],
  ['history 440 --diff 36002074..', 'what differs between its text then and now, as a unified diff'],
  ['history 440 --diff 36002074..36009512 --json', 'value by value'],
])
  .argument('<id>', 'the id of the app')
  .option('--field <name>', 'only changes of this field: a column of apps, tags, languages.german, …')
  .option('--since <time>', 'a date or time, or how long ago (90min, 2h, 3d)', parseSince)
  .option(
    '--limit <count>',
    'how many to show: the newest (default: 20; with --since 100,000)',
    wholeNumber(1, 1_000_000),
  )
  .addOption(
    new Option('--diff <range>', 'compare the texts of two change numbers: A..B, or A.. for now')
      .argParser(parseChangeRange)
      .conflicts(['field', 'since', 'limit']),
  )
  .action(async (id: string, { json = false, diff, ...options }: Options, command: Command) => {
    const appid = requireAppid(id, command);
    if (diff) return useDatabase((database) => showDiff(database, appid, diff, json));
    const { field, since, limit = since ? MOST : LATEST } = options;
    if (field !== undefined && !isChangeField(field)) {
      command.error(`error: there is no field "${field}". There are: ${CHANGE_FIELDS.join(', ')}`);
    }
    const events = await useDatabase((database) => findEvents(database, appid, { field, since, limit }));
    if (events.length === limit) printNote(`These are the newest ${formatCount(limit)}; there may be more.`);
    events.reverse(); // The newest goes last, where the eye is.
    if (json) printJson(events);
    else if (events.length === 0) print([describeNothing(appid, options)]);
    else print(events.flatMap((event, index) => [...(index > 0 ? [''] : []), ...describeEvent(event)]));
  });

/** @throws UserError when nothing is known of the app. */
async function findEvents(
  database: Database,
  appid: number,
  selection: { field?: string | undefined; since?: Date | undefined; limit: number },
): Promise<DescribedEvent[]> {
  const events = await listEvents(database, appid, selection);
  if (events.length === 0 && !(await findApp(database, appid))) {
    throw new UserError(explainUnknownApp(appid));
  }
  return describeEvents(database, events);
}

function describeNothing(appid: number, { field, since }: Options): string {
  const what = field === undefined ? `app ${appid}` : `${plainText(field)} of app ${appid}`;
  return `No change of ${what} was recorded${since ? ` since ${formatLocalTime(since)}` : ''}.`;
}

/** A word for every type of event except an ordinary change. */
const TYPES: Record<AppEvent['type'], readonly [words: string, style: Style] | undefined> = {
  'app.added': ['added', 'green'],
  'app.changed': undefined,
  'app.removed': ['removed', 'red'],
  'app.restored': ['restored', 'green'],
  'build.published': ['build published', 'cyan'],
};

function describeEvent({ at, changeNumber, type, inWords }: DescribedEvent): string[] {
  const words = TYPES[type];
  const title = [
    style('dim', formatLocalTime(at)),
    changeNumber === null ? '' : `change ${changeNumber}`,
    words ? style(words[1], words[0]) : '',
  ];
  return [title.filter(Boolean).join('  '), ...inWords.flatMap(describeChange)];
}

/** On a terminal, the continuation lines of a long text are indented by two more. */
function describeChange({ label, text }: ChangeInWords): string[] {
  const [first = '', ...others] = wrapText(`${label}: ${text}`, 4);
  return [
    `  ${style('bold', first.slice(0, label.length))}${first.slice(label.length)}`,
    ...others.map((line) => `    ${line}`),
  ];
}

/** Prints what differs between two texts of an app: as a unified diff, or as JSON by path. */
async function showDiff(database: Database, appid: number, range: ChangeRange, json: boolean): Promise<void> {
  const { from, to, lines } = await diffVersions(database, appid, range);
  if (json) {
    const changes = diffTrees(parseKeyValues(from.text), parseKeyValues(to.text));
    printJson({ appid, from: from.changeNumber, to: to.changeNumber, changes });
  } else if (lines.length === 0) {
    print([`The text of app ${appid} was the same then: that of change ${to.changeNumber}.`]);
  } else {
    print(lines.map(colourLine));
  }
}

const COLOURS: Record<string, Style> = { '+': 'green', '-': 'red', '@': 'cyan' };

function colourLine(line: string, index: number): string {
  const colour = index < 2 ? 'bold' : COLOURS[line.charAt(0)];
  return colour ? style(colour, line) : line;
}
