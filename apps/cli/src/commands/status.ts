import { plainText, UserError } from '@pics/core';
import type { Feed, FleetSettings, LedgerCounts, ScanProgress } from '@pics/database';
import {
  assessHealth,
  describeAttempts,
  describeCatchUp,
  describeCounts,
  describeDocuments,
  describeEta,
  describeReplica,
  describeShare,
  fleetReads,
  formatAgo,
  formatCount,
  formatDuration,
  formatRate,
  isFaultless,
  measureCatchUp,
  measureCurrentSpeed,
  measureScan,
  measureSpeed,
  readAll,
  readLedger,
  type FleetStatus,
  type LedgerStatus,
  type Speed,
  type Status,
} from '@pics/operations';
import type { QueueState, Replica } from '@pics/queue';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { formatFields, formatTable, type Column } from '../output/format-table.ts';
import { print, printJson } from '../output/print.ts';
import { LEVEL_STYLES, style } from '../output/text.ts';
import { findBoardUrl } from '../servers/find-board-url.ts';
import { useDatabase } from '../servers/use-database.ts';
import { useQueues } from '../servers/use-queues.ts';

export const statusCommand = defineCommand('status', 'Show the state of the pipeline right now', [
  ['status', 'Steam, tables, ledger, queues and services'],
  ["status --json | jq '.ledger.failed'", 'how many apps failed'],
]).action(async ({ json }: CommonOptions) => {
  const status = await readStatus();
  if (json) printJson(toJson(status));
  else print(describeStatus(status));
  process.exitCode = status.problems.length > 0 ? 1 : 0;
});

/** The status with the side of Postgres, without which the command fails; that of Redis may be missing. */
type ReadStatus = Status & { ledger: LedgerStatus };

async function readStatus(): Promise<ReadStatus> {
  return useDatabase(async (database) => {
    const [ledger, { fleet, problems }] = await Promise.all([readLedger(database), readFleet()]);
    return { at: new Date(), ledger, fleet, problems };
  });
}

async function readFleet(): Promise<Pick<Status, 'fleet' | 'problems'>> {
  try {
    return { fleet: await useQueues((queues) => readAll(fleetReads(queues))), problems: [] };
  } catch (error) {
    if (error instanceof UserError) return { fleet: undefined, problems: [error.message] };
    throw error;
  }
}

/** The fields that scripts read. */
function toJson(status: ReadStatus): object {
  const { at, ledger, fleet, problems } = status;
  const catchUp = measureCatchUp(status);
  const etaMs = catchUp?.etaMs;
  return {
    at,
    health: assessHealth(status),
    feed: ledger.feed,
    ledger: ledger.counts,
    steering: ledger.settings,
    speed: { lastMinutes: measureCurrentSpeed(ledger.hour), lastHour: measureSpeed(ledger.hour) },
    etaSeconds: etaMs === undefined ? null : Math.round(etaMs / 1_000),
    catchUp: catchUp ?? null,
    retries: ledger.retries,
    boardUrl: findBoardUrl() ?? null,
    scans: findUnfinished(ledger.scans),
    documents: ledger.documents,
    fleet: fleet
      ? { ...fleet, fetchRate: fleet.fetchRate ?? null, steamPause: fleet.steamPause ?? null }
      : null,
    problem: problems[0] ?? null,
  };
}

function findUnfinished(scans: readonly ScanProgress[]): ScanProgress[] {
  return scans.filter((scan) => scan.finishedAt === null);
}

/** What matters most comes first. */
function describeStatus(status: ReadStatus): string[] {
  const { at, ledger, fleet } = status;
  const { feed, counts, scans } = ledger;
  const { level, headline, detail, phase } = assessHealth(status);
  return [
    ...formatFields([
      ['Health', `${style(LEVEL_STYLES[level], `${headline}.`)} ${plainText(detail)}`],
      [feed.source === 'simulator' ? 'Simulator' : 'Steam', describeFeed(feed, at)],
      ['Tables', describeTables(feed, at)],
      // While nothing stops it, the health is the progress.
      ['Progress', phase === 'stopped' ? describeProgress(status) : undefined],
      ['Ledger', describeLedger(counts)],
      ['Documents', describeStoredDocuments(ledger, at)],
      ['Retries', ledger.retries && style('yellow', plainText(describeAttempts(ledger.retries)))],
      ['Speed', describeSpeed(ledger)],
      ['Budget', describeBudget(ledger.settings, fleet, at)],
      ...findUnfinished(scans).map((scan) => ['Scan', describeScan(scan)] as const),
      ...(fleet?.queues ?? []).map((queue) => ['Queue', describeQueue(queue)] as const),
      ['Board', findBoardUrl()],
    ]),
    ...(fleet ? ['', ...describeReplicas(fleet.replicas, at)] : []),
  ];
}

function describeFeed({ changeNumber, changedAt }: Feed, at: Date): string {
  if (changeNumber === null) return 'the change feed was never polled';
  return `change ${formatCount(changeNumber)}, ${formatAgo(changedAt, at)}`;
}

function describeTables({ changeNumber, changesBehind, behindSince }: Feed, at: Date): string | undefined {
  if (changeNumber === null) return undefined;
  if (changesBehind === 0) return style('green', 'contain every change of the feed');
  const duration = behindSince ? ` (${formatDuration(at.getTime() - behindSince.getTime())})` : '';
  return style('yellow', `${formatCount(changesBehind)} change numbers behind${duration}`);
}

function describeLedger(counts: LedgerCounts): string {
  const text = describeCounts(counts);
  return counts.failed > 0 ? text.replace(/failed \S+$/, (failed) => style('red', failed)) : text;
}

function describeStoredDocuments({ documents }: LedgerStatus, at: Date): string | undefined {
  const text = describeDocuments(documents, at);
  const { verification } = documents;
  return text && verification && !isFaultless(verification) ? style('red', text) : text;
}

function describeSpeed(ledger: LedgerStatus): string {
  const describe = ({ apps, requests }: Speed) =>
    `${formatRate(apps)} apps/s, ${formatRate(requests)} requests/s`;
  return `${describe(measureCurrentSpeed(ledger.hour))} (last hour ${describe(measureSpeed(ledger.hour))})`;
}

function describeProgress(status: ReadStatus): string | undefined {
  const catchUp = measureCatchUp(status);
  return catchUp && [describeCatchUp(catchUp), describeEta(catchUp)].filter(Boolean).join(', ');
}

function describeBudget(settings: FleetSettings, fleet: FleetStatus | undefined, at: Date): string {
  const rate = fleet?.fetchRate ?? settings.fetchRate;
  const unknown = fleet ? 'not in force yet' : 'unknown';
  const share = fleet?.steamPause ? `, ${describeShare(fleet.steamPause)}` : '';
  const budget = rate === null ? unknown : `${formatRate(rate)} requests/s${share}`;
  if (!settings.pausedAt) return budget;
  return `${budget} · ${style('yellow', `paused ${formatAgo(settings.pausedAt, at)}, continue with: pics resume`)}`;
}

function describeScan(scan: ScanProgress): string {
  const percent = Math.floor(measureScan(scan) * 100);
  return `${scan.reason}: scanned ${percent} % of the ids, ${formatCount(scan.seen)} apps seen, ${formatCount(scan.marked)} wanted`;
}

function describeQueue({ name, waiting, active, delayed, failed, paused }: QueueState): string {
  const parts = [`${name}: ${formatCount(waiting)} waiting`, `${formatCount(active)} active`];
  if (delayed > 0) parts.push(`${formatCount(delayed)} delayed`);
  if (failed > 0) parts.push(style('red', `${formatCount(failed)} failed`));
  if (paused) parts.push(style('yellow', 'paused'));
  return parts.join(', ');
}

function describeReplicas(replicas: readonly Replica[], at: Date): string[] {
  if (replicas.length === 0) return [style('yellow', 'No service is running.')];
  const columns: Column<Replica>[] = [
    { title: 'service', value: ({ service }) => service },
    { title: 'replica', value: ({ replica }) => replica },
    { title: 'role', value: ({ role }) => role ?? '' },
    { title: 'up for', value: ({ startedAt }) => formatDuration(at.getTime() - Date.parse(startedAt)) },
    {
      title: 'progress',
      value: ({ lastProgressAt }) => (lastProgressAt ? formatAgo(new Date(lastProgressAt), at) : '–'),
    },
    {
      title: 'state',
      value: (replica) => {
        const { word, detail } = describeReplica(replica);
        return detail === '' ? word : `${word}: ${detail}`;
      },
      style: (replica) => LEVEL_STYLES[describeReplica(replica).level],
      flexible: true,
    },
  ];
  return formatTable(replicas, columns);
}
