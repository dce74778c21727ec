import { SettingsError } from '@pics/service';
import { Command } from 'commander';
import { migrateCommand } from './commands/migrate.ts';
import { upCommand } from './commands/up.ts';
import { LocalProblem } from './local/local-problem.ts';

const program = new Command('pics')
  .description("Keeps Steam's whole product catalogue (PICS) in your own Postgres")
  .addCommand(upCommand)
  .addCommand(migrateCommand);

await program.parseAsync().catch((error: unknown) => {
  // What the user can mend gets its sentence; anything else is a fault of ours and shows where.
  const expected = error instanceof LocalProblem || error instanceof SettingsError;
  console.error(expected ? error.message : error);
  process.exitCode = 1;
});
