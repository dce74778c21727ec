import { plainText, UserError } from '@pics/core';
import { migrateToLatest, previewMigration, type MigrationListeners } from '@pics/database';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { formatPreview } from '../output/migration-preview.ts';
import { print, printJson, printNote } from '../output/print.ts';
import { getServerUrl } from '../servers/get-server-url.ts';

interface MigrateOptions extends CommonOptions {
  dryRun?: boolean;
}

export const migrateCommand = defineCommand(
  'migrate',
  'Create the tables or bring them up to date; safe to run at any time, and several times at once',
  [
    ['migrate', 'on the database of DATABASE_URL'],
    ['migrate --dry-run', 'show what that would add and change, and change nothing'],
  ],
)
  .option('--dry-run', 'show what would be added and changed, and roll it back')
  .action(async ({ json, dryRun }: MigrateOptions) => {
    const url = getServerUrl('DATABASE_URL');
    const notices: string[] = [];
    const listeners = {
      onRefused: () =>
        printNote('The database refuses connections; it may be starting. Trying for 10 seconds.'),
      onWait: (holder: string) =>
        printNote(`Waiting for a lock, held by ${plainText(holder)}. Migrating goes on when that ends.`),
      onNotice: (message: string) => notices.push(message),
    };
    if (dryRun) {
      const preview = await explainFailure(previewMigration, url, listeners);
      if (json) printJson({ ...preview, notices });
      else print(formatPreview(preview, notices));
      return;
    }
    const migrations = await explainFailure(migrateToLatest, url, listeners);
    if (json) return printJson({ migrations, notices });
    if (migrations.length === 0) return print(['The tables are up to date.']);
    print([
      `Migrated: ${migrations.join(', ')}.`,
      ...notices.map((notice) => `Notice: ${plainText(notice)}`),
    ]);
  });

/** @throws UserError with the reason, which holds neither URL nor password. */
async function explainFailure<Result>(
  run: (url: string, listeners: MigrationListeners) => Promise<Result>,
  url: string,
  listeners: MigrationListeners,
): Promise<Result> {
  try {
    return await run(url, listeners);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`The database could not be migrated: ${reason}`, { cause });
  }
}
