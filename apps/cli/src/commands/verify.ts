import {
  countMissingDocuments,
  fixDocuments,
  wantMissingDocuments,
  type Database,
  type DocumentDifference,
  type FixedDocuments,
} from '@pics/database';
import {
  countUncompared,
  describeVerification,
  formatApps,
  formatCount,
  INTERRUPTED,
  isFaultless,
  openTerminal,
  stopOnInterrupt,
} from '@pics/operations';
import { wholeNumber } from '../command-line/arguments.ts';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { formatTable, type Column } from '../output/format-table.ts';
import { print, printJson } from '../output/print.ts';
import { style } from '../output/text.ts';
import { useDatabase } from '../servers/use-database.ts';
import { useQueuesIfReachable } from '../servers/use-queues.ts';
import { runVerification, type FinishedVerification } from '../verify/run-verification.ts';

interface Options extends CommonOptions {
  sample?: number;
  fix?: true;
}

export const verifyCommand = defineCommand(
  'verify',
  "Check that every stored document is Steam's, byte for byte",
  [
    ['verify', 'all of them; a minute or less at two requests a second'],
    ['verify --sample 5000', 'those of 5,000 apps, chosen at random: one request'],
    ['verify --fix', 'and fetch again what differs, is damaged or is missing'],
  ],
)
  .option('--sample <apps>', 'check this many apps, chosen at random', wholeNumber(1, 1_000_000))
  .option('--fix', 'fetch the apps again whose document differs, is damaged or is missing')
  .action(async ({ sample, fix, json }: Options) => {
    // With --json stdout is for the result, so the progress goes to stderr.
    const terminal = await openTerminal({ output: json ? process.stderr : process.stdout });
    const { signal, stopListening } = stopOnInterrupt();
    await useDatabase(async (database) => {
      const found = await useQueuesIfReachable((queues) =>
        runVerification({
          database,
          queues,
          sample,
          show: (report) => terminal.showProgress(report),
          signal,
        }),
      );
      terminal.end();
      if (!found) {
        terminal.say(
          'Stopped reading. The services finish the comparison with Steam: pics status shows its result.',
        );
        process.exitCode = INTERRUPTED;
        return;
      }
      const missing = await countMissingDocuments(database);
      const wanted = fix ? await wantAll(database, found.scan.id) : null;
      if (json) printJson(toJson(found, missing, wanted));
      else print(describeResult(found, missing, wanted));
      process.exitCode = isClean(found) ? 0 : 1;
    });
    stopListening();
  });

const isClean = ({ scan, damaged }: FinishedVerification) => isFaultless(scan) && damaged === 0;

/** The apps that --fix wants again, by why. */
interface Wanted extends FixedDocuments {
  missing: number;
}

async function wantAll(database: Database, scanId: number): Promise<Wanted> {
  return { ...(await fixDocuments(database, scanId)), missing: await wantMissingDocuments(database) };
}

/** The fields that scripts read. */
function toJson(
  { scan, differences, damaged }: FinishedVerification,
  missing: number,
  wanted: Wanted | null,
): object {
  return {
    startedAt: scan.startedAt,
    finishedAt: scan.finishedAt,
    sample: scan.sample,
    documents: scan.documents,
    verified: scan.verified,
    differing: scan.differing,
    damaged,
    uncompared: countUncompared(scan),
    missing,
    requests: scan.requests,
    differences,
    wanted,
  };
}

function describeResult(found: FinishedVerification, missing: number, wanted: Wanted | null): string[] {
  const { scan, differences } = found;
  const isGood = isClean(found);
  const uncompared = countUncompared(scan);
  return [
    ...(isGood
      ? []
      : [...formatTable(differences.slice(0, MOST_LINES), COLUMNS), ...describeRest(found), '']),
    style(isGood ? 'green' : 'red', `${describeVerification(scan)}.`),
    ...(uncompared > 0 ? [UNCOMPARED] : []),
    ...(missing > 0 ? [`${formatApps(missing)} ${missing === 1 ? 'has' : 'have'} no document.`] : []),
    ...describeFix(wanted, isGood && missing === 0),
  ];
}

/** More lines than this say nothing in a terminal; JSON has the first 1,000. */
const MOST_LINES = 50;

const UNCOMPARED =
  'What could not be compared has a newer text at Steam, which is wanted by now, or Steam no longer shows it.';

function describeRest({ scan, damaged }: FinishedVerification): string[] {
  const others = scan.differing + damaged - MOST_LINES;
  return others > 0 ? [`… and up to ${formatCount(others)} others`] : [];
}

function describeFix(wanted: Wanted | null, isNothing: boolean): string[] {
  if (!wanted) return isNothing ? [] : ['Fetch them again with: pics verify --fix'];
  const apps = wanted.different + wanted.damaged + wanted.missing;
  return apps === 0 ? [] : [`${formatApps(apps)} wanted again.`];
}

const COLUMNS: readonly Column<DocumentDifference>[] = [
  { title: 'appid', value: ({ appid }) => String(appid), align: 'right' },
  { title: 'part', value: ({ part }) => part },
  { title: 'stored at', value: ({ changeNumber }) => String(changeNumber), align: 'right' },
  {
    title: 'what',
    value: ({ damage }) =>
      damage === null ? 'Steam has another text' : `damaged in the database: ${damage}`,
    style: () => 'red',
    flexible: true,
  },
];
