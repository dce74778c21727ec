import { createInterface } from 'node:readline/promises';
import { findCursor, resetCursor } from '@pics/database';
import { formatCount } from '@pics/operations';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { print, printJson } from '../output/print.ts';
import { useDatabase } from '../servers/use-database.ts';

interface Options extends CommonOptions {
  reset?: boolean;
  yes?: boolean;
}

export const cursorCommand = defineCommand(
  'cursor',
  'Show up to which change number the feed is recorded, or start it again at the present',
  [
    ['cursor', 'the change number'],
    ['cursor --reset', 'when pics doctor says that it cannot be right'],
    ['cursor --reset --yes', 'the same without asking'],
  ],
)
  .usage('[--reset [--yes]]')
  .option('--reset', "continue at Steam's present, and scan all known apps for what was missed")
  .option('--yes', 'do not ask first')
  .action(async ({ reset = false, yes = false, json }: Options) => {
    await useDatabase(async (database) => {
      const changeNumber = (await findCursor(database)) ?? null;
      if (!reset) {
        if (json) printJson({ changeNumber });
        else print([describeCursor(changeNumber)]);
        return;
      }
      if (!yes && !(await confirm(changeNumber))) {
        process.stderr.write('Nothing was changed.\n');
        process.exitCode = 1;
        return;
      }
      const resetFrom = (await resetCursor(database)) ?? null;
      if (json) printJson({ resetFrom });
      else {
        print([
          `The cursor was reset${resetFrom === null ? '' : ` from ${formatCount(resetFrom)}`}.`,
          "The producer's next poll starts at Steam's present; a scan of all known apps finds what was missed.",
        ]);
      }
    });
  });

function describeCursor(changeNumber: number | null): string {
  if (changeNumber === null) return 'There is no cursor yet: the next poll starts at the present.';
  return `Changes are recorded up to ${formatCount(changeNumber)}.`;
}

/** Asks on stderr, so that stdout stays the result's. The end of the input is a no. */
async function confirm(changeNumber: number | null): Promise<boolean> {
  const input = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new AbortController();
  input.once('close', () => ended.abort());
  try {
    const answer = await input.question(
      `${describeCursor(changeNumber)} Reset it, and compare every known app with Steam? [y/N] `,
      { signal: ended.signal },
    );
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    return false;
  } finally {
    input.close();
  }
}
