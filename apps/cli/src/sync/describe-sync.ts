import { formatApps } from '../output/format.ts';
import type { StartedSync, SyncSelection } from './sync.ts';

/** What a sync has set going, for people. */
export function describeSync(selection: SyncSelection, { apps, failedBefore, scan }: StartedSync): string[] {
  if (scan === 'sweep') {
    return [
      'Every known app is compared with Steam, by change numbers alone; those that differ are fetched.',
    ];
  }
  if (scan) return [`${formatApps(apps)} wanted, and all ids are looked through for more.`];
  const again = failedBefore === 1 ? 'it' : 'them';
  return [
    `${formatApps(apps)} wanted.`,
    ...(failedBefore > 0
      ? [
          `${formatApps(failedBefore)} failed before, and only a requeue fetches ${again}: pics requeue --appids`,
        ]
      : []),
  ];
}
