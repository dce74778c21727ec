import { plainText, UserError } from '@pics/core';
import {
  findApp,
  listBranches,
  listBuilds,
  type Build,
  type Database,
  type StoredBranch,
} from '@pics/database';
import { explainUnknownApp, formatLocalTime } from '@pics/operations';
import type { Command } from 'commander';
import { requireAppid, wholeNumber } from '../command-line/arguments.ts';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { formatTable, type Column } from '../output/format-table.ts';
import { print, printJson, printNote } from '../output/print.ts';
import { useDatabase } from '../servers/use-database.ts';

interface Options extends CommonOptions {
  branch?: string;
  limit: number;
}

interface Builds {
  branches: StoredBranch[];
  builds: Build[];
}

export const buildsCommand = defineCommand('builds', 'Show the branches of an app and all of their builds', [
  ['builds 440', 'all branches'],
  ['builds 440 --branch beta', 'one of them'],
])
  .argument('<id>', 'the id of the app')
  .option('--branch <name>', 'only this branch, such as public')
  .option('--limit <count>', 'how many builds to show: the newest', wholeNumber(1, 1_000_000), 50)
  .action(async (id: string, { branch, limit, json }: Options, command: Command) => {
    const appid = requireAppid(id, command);
    const found = await useDatabase((database) => findBuilds(database, appid, branch, limit));
    if (found.builds.length === limit) printNote(`These are the newest ${limit} builds; there may be more.`);
    if (json) printJson({ appid, ...found });
    else print(describeBuilds(appid, found));
  });

/** @throws UserError when nothing is known of the app, or it never had this branch. */
async function findBuilds(
  database: Database,
  appid: number,
  branch: string | undefined,
  limit: number,
): Promise<Builds> {
  const [branches, builds] = await Promise.all([
    listBranches(database, appid),
    listBuilds(database, appid, { branch, limit }),
  ]);
  const chosen = branches.filter((one) => branch === undefined || one.branch === branch);
  if (chosen.length > 0 || builds.length > 0) return { branches: chosen, builds };
  if (branches.length > 0) {
    const names = branches.map((one) => plainText(one.branch)).join(', ');
    throw new UserError(`App ${appid} has no branch "${plainText(branch ?? '')}". It has: ${names}.`);
  }
  if (await findApp(database, appid)) return { branches, builds };
  throw new UserError(explainUnknownApp(appid));
}

function describeBuilds(appid: number, { branches, builds }: Builds): string[] {
  if (branches.length === 0 && builds.length === 0) return [`No branch of app ${appid} is stored.`];
  // The newest goes last, where the eye is.
  const seen = builds.length === 0 ? [] : ['', ...formatTable(builds.toReversed(), BUILDS)];
  return branches.length === 0 ? seen.slice(1) : [...formatTable(branches, BRANCHES), ...seen];
}

const BRANCHES: readonly Column<StoredBranch>[] = [
  { title: 'branch', value: ({ branch }) => branch, style: () => 'bold' },
  { title: 'build', value: ({ buildId }) => buildId ?? '', align: 'right' },
  { title: 'updated', value: ({ timeUpdated }) => formatTime(timeUpdated), style: () => 'dim' },
  { title: '', value: ({ isPasswordRequired }) => (isPasswordRequired ? 'password' : '') },
  { title: 'description', value: ({ description }) => description ?? '', flexible: true },
];

const BUILDS: readonly Column<Build>[] = [
  {
    title: 'updated',
    value: ({ timeUpdated, firstSeenAt }) => formatTime(timeUpdated ?? firstSeenAt),
    style: () => 'dim',
  },
  { title: 'change', value: ({ changeNumber }) => String(changeNumber ?? ''), align: 'right' },
  { title: 'build', value: ({ buildId }) => buildId, align: 'right' },
  {
    title: 'branch',
    value: ({ branch, isCurrent }) => (isCurrent ? `${branch} (current)` : branch),
    style: ({ isCurrent }) => (isCurrent ? 'green' : undefined),
    flexible: true,
  },
];

function formatTime(time: Date | null): string {
  return time ? formatLocalTime(time) : '';
}
