import { plainText, UserError } from '@pics/core';
import { migrateToLatest } from '@pics/database';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { print, printJson, printNote } from '../output/print.ts';
import { getServerUrl } from '../servers/get-server-url.ts';

export const migrateCommand = defineCommand(
  'migrate',
  'Create the tables or bring them up to date; safe to run at any time, and several times at once',
  [['migrate', 'on the database of DATABASE_URL']],
).action(async ({ json }: CommonOptions) => {
  const migrations = await migrate(getServerUrl('DATABASE_URL'));
  if (json) printJson({ migrations });
  else if (migrations.length === 0) print(['The tables are up to date.']);
  else print([`Migrated: ${migrations.join(', ')}.`]);
});

/** @throws UserError with the reason, which holds neither URL nor password. */
async function migrate(url: string): Promise<string[]> {
  try {
    return await migrateToLatest(url, (holder) =>
      printNote(`Waiting for a lock, held by ${plainText(holder)}. Migrating goes on when that ends.`),
    );
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`The database could not be migrated: ${reason}`, { cause });
  }
}
