import { Command } from 'commander';
import { getDatabaseUrl } from '../local/get-urls.ts';
import { migrateDatabase } from '../local/migrate-database.ts';

export const migrateCommand = new Command('migrate')
  .description('bring the tables to the newest version; safe to run at any time, by several at once')
  .action(async () => {
    const taken = await migrateDatabase(getDatabaseUrl());
    console.log(taken.length === 0 ? 'The tables are up to date.' : `Migrated: ${taken.join(', ')}.`);
  });
