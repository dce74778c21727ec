import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';

export const migrateCommand = defineCommand(
  'migrate',
  'Bring the tables to the newest version; safe to run at any time, by several at once',
  [['migrate', 'on the database of DATABASE_URL']],
).action(async (options: CommonOptions) => {
  const { migrate } = await import('../migrate/migrate.ts');
  await migrate(options);
});
