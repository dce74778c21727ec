import { findApp, searchApps, type Database, type FoundApp } from '@pics/database';
import { findAppid } from '../command-line/parse-appids.ts';
import type { CommonOptions } from '../command-line/define-command.ts';
import { UserError } from '@pics/core';
import { formatTable } from '../output/format-table.ts';
import { print, printJson } from '../output/print.ts';
import { useDatabase } from '../servers/use-database.ts';
import { describeApp } from './describe-app.ts';

/** How many apps a name finds. */
const FOUND = 20;

/**
 * Shows what is stored of an app, named by its id or by a part of its name; several of that name are listed.
 *
 * @throws UserError when there is none.
 */
export async function showApp(wanted: string, { json }: CommonOptions): Promise<void> {
  await useDatabase(async (database) => {
    const appid = findAppid(wanted) ?? (await findOnly(database, wanted));
    if (typeof appid !== 'number') {
      if (json) printJson(appid);
      else print(describeFound(appid));
      return;
    }
    const details = await findApp(database, appid);
    if (!details)
      throw new UserError(
        `Nothing is known of app ${appid}. To have it fetched: pics sync --appids ${appid}`,
      );
    if (json) printJson(details);
    else print(describeApp(details));
  });
}

/** The id of the only app of that name, or the apps it may mean. */
async function findOnly(database: Database, name: string): Promise<number | FoundApp[]> {
  const found = await searchApps(database, name, FOUND);
  const [first, second] = found;
  if (!first) throw new UserError(`No app is stored whose name holds "${name}".`);
  return second ? found : first.appid;
}

function describeFound(found: readonly FoundApp[]): string[] {
  const more = found.length === FOUND ? ['', `The first ${FOUND}; a longer name finds fewer.`] : [];
  return [
    ...formatTable(found, [
      { title: 'appid', value: ({ appid }) => String(appid), align: 'right' },
      { title: 'type', value: ({ type }) => type ?? '' },
      { title: 'name', value: ({ name }) => name ?? '', flexible: true },
    ]),
    ...more,
  ];
}
