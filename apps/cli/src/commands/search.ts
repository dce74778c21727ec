import { UserError } from '@pics/core';
import { searchApps } from '@pics/database';
import { wholeNumber } from '../command-line/arguments.ts';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { describeFound, describeNothing } from '../output/found-apps.ts';
import { print, printJson } from '../output/print.ts';
import { useDatabase } from '../servers/use-database.ts';

interface Options extends CommonOptions {
  type?: string;
  limit: number;
  page: number;
}

/** As many as the search of the board takes. */
const LONGEST = 100;

export const searchCommand = defineCommand('search', 'Search the stored apps by name', [
  ['search half life 2', 'words of the name, in any order'],
  ['search cafe --type game', 'only games'],
  ['search cafe --page 2', 'the next 20'],
])
  .argument('<words...>', 'words of the name, or parts of them; accents and punctuation do not matter')
  .option('--type <type>', 'only apps of this type: game, dlc, demo, music, …')
  .option('--limit <count>', 'how many to show', wholeNumber(1, 10_000), 20)
  .option('--page <number>', 'which page of them', wholeNumber(1, 10_000), 1)
  .action(async (words: string[], { json = false, type, limit, page }: Options) => {
    const text = words.join(' ').trim();
    if (text.length > LONGEST) throw new UserError(`A search has at most ${LONGEST} characters.`);
    const offset = (page - 1) * limit;
    const result = await useDatabase((database) =>
      searchApps(database, { text, type: type?.toLowerCase(), limit, offset }),
    );
    if (json) return printJson(result);
    if (result.total === 0) throw new UserError(describeNothing(text, result));
    if (result.apps.length === 0)
      throw new UserError(`There is no page ${page}: the last is ${Math.ceil(result.total / limit)}.`);
    print(describeFound(result, `Next: --page ${page + 1}`));
  });
