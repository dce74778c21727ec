import { formatCount, formatDuration, formatRate } from '../output/format.ts';
import type { Standing } from '../output/terminal.ts';
import type { Progress } from './progress.ts';

/**
 * Words for the progress. The time left is an estimate: while a scan is under way, the ids it has not asked for are taken to
 * hold apps as densely as the others.
 *
 * @param rate apps a second; undefined as long as it is not known.
 * @param remark what else there is to say.
 */
export function describeProgress(
  { counts, scanned }: Progress,
  rate: number | undefined,
  remark?: string,
): Standing {
  const { known, wanted, inFlight, settled, failed } = counts;
  const left = wanted + inFlight + (scanned ? (known * (1 - scanned)) / scanned : 0);
  const done = settled + failed;
  const pace: string[] = [];
  if (scanned !== undefined) pace.push(`looked through ${Math.floor(scanned * 100)} % of the ids`);
  if (rate !== undefined) pace.push(`${formatRate(rate)} apps/s`);
  if (rate && left > 0) pace.push(`ETA ${formatDuration(left / rate)}`);
  if (remark !== undefined) pace.push(remark);
  return {
    fraction: done + left > 0 ? done / (done + left) : undefined,
    pace: pace.join(' · '),
    counts: [
      `known ${formatCount(known)}`,
      `wanted ${formatCount(wanted)}`,
      `in flight ${formatCount(inFlight)}`,
      `settled ${formatCount(settled)}`,
      `failed ${formatCount(failed)}`,
    ].join(' · '),
    facts: { ...counts, scanned: scanned ?? null, appsPerSecond: rate ?? null, remark: remark ?? null },
  };
}

/** Words for not knowing how far everything is. */
export function describeWaiting(error: unknown): Standing {
  const pace = `Waiting for the database: ${String(error)}`;
  return { fraction: undefined, pace, counts: '', facts: { remark: pace } };
}
