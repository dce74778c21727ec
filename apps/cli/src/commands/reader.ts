import {
  createReader,
  dropReader,
  getReaders,
  rotateReader,
  type Reader,
  type ReaderLogon,
} from '@pics/database';
import { Argument, InvalidArgumentError } from 'commander';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { formatTable, type Column } from '../output/format-table.ts';
import { print, printJson, printNote } from '../output/print.ts';
import { getServerUrl } from '../servers/get-server-url.ts';
import { useDatabase } from '../servers/use-database.ts';

type Action = 'list' | 'create' | 'rotate' | 'drop';

const ACTIONS: readonly Action[] = ['list', 'create', 'rotate', 'drop'];

const DEFAULT_NAME = 'catalogue_reader';

export const readerCommand = defineCommand(
  'reader',
  'Create database users who may read the catalogue and change nothing, or list them',
  [
    ['reader create', `a user ${DEFAULT_NAME}; prints the URL to connect with, once`],
    ['reader create grafana', 'one with a name of your own'],
    ['reader rotate grafana', 'a new password'],
    ['reader drop grafana', 'what it has open can read nothing any more'],
    ['reader', 'the users who may read'],
  ],
)
  .usage('[list | create | rotate | drop] [name]')
  .addArgument(new Argument('[action]', 'what to do').choices(ACTIONS).default('list'))
  .argument('[name]', 'name of the user', parseName, DEFAULT_NAME)
  .action(async (action: Action, name: string, { json }: CommonOptions) => {
    await useDatabase(async (database) => {
      if (action === 'list') return showReaders(await getReaders(database), json);
      if (action === 'drop') {
        await dropReader(database, name);
        return json ? printJson({ dropped: name }) : print([`Dropped ${name}.`]);
      }
      const act = action === 'create' ? createReader : rotateReader;
      showLogon(await act(database, getServerUrl('DATABASE_URL'), name), json);
    });
  });

/** Names that need no quotes in SQL and no escaping in a URL. Those with pg_ are Postgres' own, and pics_ is this project's. */
function parseName(text: string): string {
  if (/^(?!pg_|pics_)[a-z_][a-z0-9_]{0,62}$/.test(text)) return text;
  throw new InvalidArgumentError(
    'It must be lower-case letters, digits and _, such as grafana, and not begin with a digit, pg_ or pics_.',
  );
}

/** Only the URL goes to stdout, so that it can be put into a file or a variable. */
function showLogon({ name, url, fault }: ReaderLogon, json = false): void {
  if (json) return printJson({ name, url, fault: fault ?? null });
  print([url]);
  printNote(
    `${name} may read the catalogue and change nothing. The password is in this URL only; a new one: pics reader rotate ${name}`,
  );
  if (fault !== undefined) {
    printNote(
      `Connecting with this URL failed: ${fault}. The user exists; look at what is between it and Postgres.`,
    );
  }
}

function showReaders(readers: readonly Reader[], json = false): void {
  if (json) return printJson(readers);
  print(
    readers.length === 0
      ? ['Nobody has been given the right to read the catalogue; create a user with: pics reader create']
      : formatTable(readers, COLUMNS),
  );
}

const COLUMNS: readonly Column<Reader>[] = [
  { title: 'user', value: ({ name }) => name },
  {
    title: 'created by',
    value: ({ createdHere }) => (createdHere ? 'pics reader' : 'somebody else (GRANT pics_reader)'),
    style: () => 'dim',
  },
];
