import type { Feed, LedgerCounts, ScanProgress, FleetSettings } from '@pics/database';
import type { QueueState, Replica } from '@pics/queue';
import { formatAgo, formatCount, formatDuration, formatRate } from '../output/format.ts';
import { formatFields } from '../output/format-fields.ts';
import { formatTable, type Column } from '../output/format-table.ts';
import { style } from '../output/style.ts';
import type { Fleet, Speed, Status } from './read-status.ts';

/** How everything stands, for people: what matters most comes first. */
export function describeStatus(status: Status): string[] {
  const { feed, ledger, steering, speed, etaSeconds, scans, fleet, problem } = status;
  const now = status.at.getTime();
  return [
    ...formatFields([
      [feed.source === 'simulator' ? 'Simulator' : 'Steam', describeFeed(feed, now)],
      ['Tables', describeTables(feed, now)],
      ['Ledger', describeLedger(ledger)],
      ['Speed', describeSpeed(speed, etaSeconds)],
      ['Budget', describeBudget(steering, fleet, now)],
      ...scans.map((scan) => [`Scan`, describeScan(scan)] as const),
      ...(fleet?.queues ?? []).map((queue) => ['Queue', describeQueue(queue)] as const),
      ['Redis', problem ? style('red', problem) : undefined],
    ]),
    ...(fleet ? ['', ...describeReplicas(fleet.replicas, now)] : []),
  ];
}

function describeFeed({ changeNumber, changedAt }: Feed, now: number): string {
  if (changeNumber === null) return 'the change feed was never asked';
  return `change ${formatCount(changeNumber)}, ${formatAgo(changedAt, now)}`;
}

function describeTables({ changeNumber, changesBehind, behindSince }: Feed, now: number): string | undefined {
  if (changeNumber === null) return undefined;
  if (changesBehind === 0) return style('green', 'show every change of the feed');
  const seconds = behindSince ? ` (${formatDuration((now - behindSince.getTime()) / 1_000)})` : '';
  return style('yellow', `${formatCount(changesBehind)} change numbers behind${seconds}`);
}

export function describeLedger({ known, settled, wanted, inFlight, failed }: LedgerCounts): string {
  const failures = `failed ${formatCount(failed)}`;
  return [
    `known ${formatCount(known)}`,
    `settled ${formatCount(settled)}`,
    `wanted ${formatCount(wanted)}`,
    `in flight ${formatCount(inFlight)}`,
    failed > 0 ? style('red', failures) : failures,
  ].join(' · ');
}

function describeSpeed({ lastMinutes, lastHour }: Status['speed'], etaSeconds: number | null): string {
  const describe = ({ apps, requests }: Speed) =>
    `${formatRate(apps)} apps/s, ${formatRate(requests)} requests/s`;
  const eta = etaSeconds === null ? '' : ` · ETA ${formatDuration(etaSeconds)}`;
  return `${describe(lastMinutes)}${eta} (last hour ${describe(lastHour)})`;
}

function describeBudget({ fetchRate, pausedAt }: FleetSettings, fleet: Fleet | null, now: number): string {
  const rate = fleet?.fetchRate ?? fetchRate;
  const unknown = fleet ? 'not in force yet' : 'unknown';
  const budget = rate === null ? unknown : `${formatRate(rate)} requests/s`;
  if (!pausedAt) return budget;
  return `${budget} · ${style('yellow', `paused ${formatAgo(pausedAt, now)}, go on with: pics resume`)}`;
}

function describeScan({ reason, nextAppid, lastAppid, seen, marked }: ScanProgress): string {
  const through = lastAppid === null ? 1 : Math.min(nextAppid / (lastAppid + 1), 1);
  return `${reason}: looked through ${Math.floor(through * 100)} % of the ids, ${formatCount(seen)} apps seen, ${formatCount(marked)} wanted`;
}

function describeQueue({ name, waiting, active, delayed, failed, paused }: QueueState): string {
  const parts = [`${name}: ${formatCount(waiting)} waiting`, `${formatCount(active)} active`];
  if (delayed > 0) parts.push(`${formatCount(delayed)} delayed`);
  if (failed > 0) parts.push(style('red', `${formatCount(failed)} failed`));
  if (paused) parts.push(style('yellow', 'paused'));
  return parts.join(', ');
}

/** Replicas report every 3 seconds: silent for five times that, one hangs or is gone. */
const SILENT_MS = 15_000;

function describeReplicas(replicas: readonly Replica[], now: number): string[] {
  if (replicas.length === 0) return [style('yellow', 'No service is running.')];
  const isSilent = (replica: Replica) => replica.silentMs > SILENT_MS;
  const columns: Column<Replica>[] = [
    { title: 'service', value: (replica) => replica.service },
    { title: 'replica', value: (replica) => replica.replica },
    { title: 'up for', value: ({ startedAt }) => formatDuration((now - Date.parse(startedAt)) / 1_000) },
    {
      title: 'progress',
      value: ({ lastProgressAt }) => (lastProgressAt ? formatAgo(new Date(lastProgressAt), now) : '–'),
    },
    {
      title: 'state',
      value: (replica) =>
        isSilent(replica)
          ? `silent for ${formatDuration(replica.silentMs / 1_000)}`
          : (replica.reason ?? replica.role ?? 'works'),
      style: (replica) => (isSilent(replica) ? 'red' : replica.reason ? 'yellow' : 'green'),
      flexible: true,
    },
  ];
  return formatTable(replicas, columns);
}
