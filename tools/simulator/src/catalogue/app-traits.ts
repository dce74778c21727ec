import type { SeededRandom } from './seeded-random.ts';

export type AppType = (typeof TYPE_SHARES)[number][1];

/** The rough composition of the store's catalogue, as cumulative shares. */
const TYPE_SHARES = [
  [0.43, 'Game'],
  [0.46, 'game'],
  [0.66, 'DLC'],
  [0.74, 'Demo'],
  [0.8, 'Music'],
  [0.87, 'Tool'],
  [0.9, 'Application'],
  [0.94, 'Config'],
  [0.96, 'Video'],
  [0.98, 'Beta'],
  [0.985, 'hardware'],
  [0.989, 'series'],
  [0.992, 'guide'],
  [0.995, 'media'],
  [1, ''],
] as const;

/** The properties of an app that all its revisions share. */
export interface AppTraits {
  appid: number;
  type: AppType;
  /** Games and applications have long bodies, everything else short ones. */
  isMain: boolean;
  /** Scales the number of depots, branches and languages. Log-normal, with one giant in about 700. */
  scale: number;
}

export function drawTraits(appid: number, random: SeededRandom): AppTraits {
  const share = random.fraction();
  const type = TYPE_SHARES.find(([bound]) => share < bound)?.[1] ?? '';
  const isMain = type === 'Game' || type === 'game' || type === 'Application';
  const isGiant = isMain && random.chance(0.002);
  const scale = isGiant ? 10 * 10 ** random.fraction() : Math.min(random.spread(1, 0.75), 12);
  return { appid, type, isMain, scale };
}
