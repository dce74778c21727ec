import type { AppDetails } from '@pics/database';
import { formatAgo, formatDuration } from '../output/format.ts';
import { plainText } from '../output/plain-text.ts';
import { style } from '../output/style.ts';

type LedgerLine = NonNullable<AppDetails['ledger']>;

/** How the ledger has an app, in one line. */
export function describeLedgerLine(line: LedgerLine, now = Date.now()): string {
  const { picsChangeNumber, lastPicsSync } = line;
  const asked = lastPicsSync ? `last answer ${formatAgo(lastPicsSync, now)}` : 'never answered';
  const stored = picsChangeNumber === null ? 'nothing stored' : `stored as of change ${picsChangeNumber}`;
  return [describeState(line, now), stored, asked].join(' · ');
}

function describeState(line: LedgerLine, now: number): string {
  const { failedAt, lastError, batchId, dispatchedAt, attempts, notBefore } = line;
  const { wantedChangeNumber: wanted, settledChangeNumber: settled } = line;
  if (failedAt) {
    return style(
      'red',
      `failed ${formatAgo(failedAt, now)}: ${plainText(lastError ?? 'no reason was kept')}`,
    );
  }
  if (batchId)
    return style('yellow', `in flight${dispatchedAt ? `, dispatched ${formatAgo(dispatchedAt, now)}` : ''}`);
  if (wanted === null || (settled !== null && settled >= wanted)) return style('green', 'settled');
  const waitMs = (notBefore?.getTime() ?? 0) - now;
  const wait = waitMs > 0 ? `, asked again in ${formatDuration(waitMs / 1_000)}` : '';
  return style('yellow', `wanted${attempts > 0 ? ` after ${attempts} attempts${wait}` : ''}`);
}
