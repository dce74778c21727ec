import { countTokens, importTokens, type TokenCount } from '@pics/database';
import { formatCount } from '@pics/operations';
import { Argument, type Command } from 'commander';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { readTokens } from '../command-line/read-tokens.ts';
import { formatTable, type Column } from '../output/format-table.ts';
import { print, printJson, printNote } from '../output/print.ts';
import { useDatabase } from '../servers/use-database.ts';

type Action = 'count' | 'import';

const ACTIONS: readonly Action[] = ['count', 'import'];

/** More faults than this do not help in a terminal. */
const MOST_FAULTS = 100;

const WRONG_USE = 2;

export const tokensCommand = defineCommand(
  'tokens',
  'Count the access tokens of apps and packages, or import those of your account',
  [
    ['tokens', 'how many were granted, imported, denied and refused'],
    ['tokens import tokens.txt', 'lines such as: app 440 12345678901234567890'],
    ['tokens import -', 'the same from stdin'],
  ],
)
  .usage('[count | import <file>]')
  .addArgument(new Argument('[action]', 'what to do').choices(ACTIONS).default('count'))
  .argument('[file]', 'the file to import; - is stdin')
  .action(async (action: Action, file: string | undefined, { json }: CommonOptions, command: Command) => {
    if (action === 'count') return useDatabase(async (database) => show(await countTokens(database), json));
    if (file === undefined) command.error('error: name the file with the tokens, or - for stdin');
    await importFile(file, json);
  });

async function importFile(file: string, json = false): Promise<void> {
  const { apps, packages, faults } = await readTokens(file);
  if (faults.length > 0) {
    const more = faults.length - MOST_FAULTS;
    for (const fault of faults.slice(0, MOST_FAULTS)) printNote(fault);
    if (more > 0) printNote(`and ${formatCount(more)} more`);
    printNote('Nothing was imported.');
    process.exitCode = WRONG_USE;
    return;
  }
  const added = await useDatabase((database) => importTokens(database, { apps, packages }));
  if (json) {
    return printJson({
      apps: { imported: apps.length, new: added.apps },
      packages: { imported: packages.length, new: added.packages },
    });
  }
  const describe = (total: number, added: number, what: string) =>
    `${formatCount(total)} of ${what} (${formatCount(added)} new)`;
  print([
    `Tokens imported: ${describe(apps.length, added.apps, 'apps')}, ${describe(packages.length, added.packages, 'packages')}.`,
    ...(added.apps > 0 ? ['Apps with a new token are fetched again.'] : []),
  ]);
}

function show(counts: Record<'apps' | 'packages', TokenCount>, json = false): void {
  if (json) return printJson(counts);
  print(formatTable(Object.entries(counts), COLUMNS));
}

const count = (title: keyof TokenCount): Column<[string, TokenCount]> => ({
  title,
  value: ([, counts]) => formatCount(counts[title]),
  align: 'right',
});

const COLUMNS: readonly Column<[string, TokenCount]>[] = [
  { title: 'tokens of', value: ([kind]) => kind },
  count('granted'),
  count('imported'),
  count('denied'),
  count('refused'),
  count('waiting'),
];
