import { plainText } from '@pics/core';
import { getFeed, getLatestChanges, type Database, type LatestChange } from '@pics/database';
import {
  describeProgress,
  findHint,
  followProgress,
  INTERRUPTED,
  isSettled,
  openTerminal,
  OUTCOME_LEVELS,
  readStatus,
  stopOnInterrupt,
} from '@pics/operations';
import type { Queues } from '@pics/queue';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { printJsonLine } from '../output/print.ts';
import { LEVEL_STYLES, padText, style } from '../output/text.ts';
import { findBoardUrl } from '../servers/find-board-url.ts';
import { useDatabase } from '../servers/use-database.ts';
import { useQueuesIfReachable } from '../servers/use-queues.ts';

interface Options extends CommonOptions {
  untilSettled?: boolean;
}

export const watchCommand = defineCommand('watch', 'Show changes as they are stored, and the progress', [
  ['watch', 'until Ctrl-C'],
  ['watch --until-settled', 'until nothing is wanted any more; exits with 1 if apps failed'],
  ['watch --json', 'one JSON object a line: changes and, every second, progress'],
])
  .option('--until-settled', 'end when nothing is wanted, in flight or being looked for')
  .action(async (options: Options) => {
    process.exitCode = await watch(options);
  });

/** @returns the exit code: with `untilSettled` 1 when an app failed, and 130 when the user did not wait for the end. */
async function watch({ json, untilSettled = false }: Options): Promise<number> {
  const terminal = await openTerminal({ json });
  const interruption = stopOnInterrupt();
  const boardUrl = findBoardUrl();
  const work = async (database: Database, queues: Queues | undefined) => {
    const { changeNumber } = await getFeed(database);
    const changes = new SettledChanges(database, changeNumber ?? 0);
    return followProgress({
      read: async () => {
        for (const change of await changes.next()) {
          if (json) printJsonLine({ type: 'change', ...change });
          else terminal.say(describeChange(change));
        }
        return readStatus(database, queues);
      },
      describe: (status, watchedMs) =>
        describeProgress(status, { hint: findHint(status, watchedMs), boardUrl }),
      show: (report) => terminal.showProgress(report),
      isOver: (latest) => untilSettled && isSettled(latest),
      signal: interruption.signal,
    });
  };
  const status = await useDatabase((database) => useQueuesIfReachable((queues) => work(database, queues)));
  interruption.stopListening();
  terminal.end();
  if (!untilSettled) return 0;
  if (interruption.signal.aborted) return INTERRUPTED;
  return status?.ledger && status.ledger.counts.failed > 0 ? 1 : 0;
}

const APPID_COLUMNS = 7;
const OUTCOME_COLUMNS = 'unknown'.length;

function describeChange({ seenAt, changeNumber, appid, outcome, name }: LatestChange): string {
  const columns = [
    style('dim', seenAt.toLocaleTimeString('sv-SE')),
    String(changeNumber),
    padText(String(appid), APPID_COLUMNS, 'right'),
    style(LEVEL_STYLES[OUTCOME_LEVELS[outcome]], padText(outcome, OUTCOME_COLUMNS)),
    plainText(name ?? ''),
  ];
  return columns.join('  ').trimEnd();
}

/** How many changes are read at a time; more within a second or two is a burst, of which the newest are shown. */
const MOST = 1_000;

const UNSETTLED = new Set<LatestChange['outcome']>(['wanted', 'in flight']);

/** The changes above a change number once they are settled: stored, unknown to Steam, or failed. */
export class SettledChanges {
  readonly #database: Database;
  readonly #returned = new Set<string>();
  #after: number;

  constructor(database: Database, after: number) {
    this.#database = database;
    this.#after = after;
  }

  /** Reads those that were settled since the last call, in the order they happened. */
  async next(): Promise<LatestChange[]> {
    const changes = (await getLatestChanges(this.#database, MOST, { after: this.#after })).toReversed();
    const settled = changes.filter(
      (change) => !UNSETTLED.has(change.outcome) && !this.#returned.has(idOf(change)),
    );
    for (const change of settled) this.#returned.add(idOf(change));
    this.#advance(changes);
    return settled;
  }

  /** Moves the start up to the first change that is not settled yet. */
  #advance(changes: readonly LatestChange[]): void {
    const first = changes.find((change) => UNSETTLED.has(change.outcome));
    this.#after = first ? first.changeNumber - 1 : (changes.at(-1)?.changeNumber ?? this.#after);
    for (const change of changes) if (change.changeNumber <= this.#after) this.#returned.delete(idOf(change));
  }
}

function idOf({ changeNumber, appid }: LatestChange): string {
  return `${changeNumber}/${appid}`;
}
