import { KeyValuesText } from './key-values-text.ts';
import { writeCommon } from './made-up-common.ts';
import { writeConfig, writeDepots, writeExtended, writeUserFiles } from './made-up-sections.ts';
import { SeededRandom } from './seeded-random.ts';

/** How much of an app an anonymous session is shown; from `stub` on a token would show more. */
export const Access = {
  /** Unknown: taken from the catalogue. */
  removed: 0,
  public: 1,
  /** Known, without a name. */
  hidden: 2,
  /** Nothing but `public_only`. */
  stub: 3,
  /** `common` and `public_only`; the rest needs a token. */
  publicPart: 4,
  /** Nothing but its appid; that a token is needed stands in the message alone. */
  withheld: 5,
} as const;
export type Access = (typeof Access)[keyof typeof Access];

export function needsToken(access: Access): boolean {
  return access >= Access.stub;
}

export type AppType = (typeof TYPE_SHARES)[number][1];

/** How the store's catalogue is made up, roughly; each share up to the next bound. */
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

/** What stays the same for an app from revision to revision. */
export interface AppTraits {
  appid: number;
  type: AppType;
  /** Games and applications have the long bodies, what belongs to them the short ones. */
  isMain: boolean;
  /** Factor on everything that can be many: depots, branches, languages. Log-normal, with one giant in about 700. */
  scale: number;
}

function drawTraits(appid: number, random: SeededRandom): AppTraits {
  const share = random.fraction();
  const type = TYPE_SHARES.find(([bound]) => share < bound)?.[1] ?? '';
  const isMain = type === 'Game' || type === 'game' || type === 'Application';
  const isGiant = isMain && random.chance(0.002);
  const scale = isGiant ? 10 * 10 ** random.fraction() : Math.min(random.spread(1, 0.75), 12);
  return { appid, type, isMain, scale };
}

/**
 * The body of a made-up app: the same bytes for the same seed, appid, revision and access, so that nothing has to be
 * kept.
 *
 * Two random sequences make it. What an app is (type, name, makers, parent) comes from one that knows only the appid, so
 * that it stays; what a publisher changes (builds, reviews, tags, prices of attention) from one that knows the revision.
 *
 * @returns the field `buffer`: text KeyValues and one NUL.
 */
export function makeAppBody(seed: number, appid: number, revision: number, access: Access): Buffer {
  const lasting = new SeededRandom(seed, appid);
  const moving = new SeededRandom(seed, appid, revision + 1);
  const text = new KeyValuesText();
  text.open('appinfo');
  text.pair('appid', appid);
  if (access === Access.stub || access === Access.publicPart) text.pair('public_only', '1');
  if (access !== Access.stub && access !== Access.withheld) {
    const traits = drawTraits(appid, lasting);
    writeCommon(text, traits, lasting, moving, access === Access.hidden);
    if (access === Access.public) {
      writeExtended(text, traits, lasting, moving);
      writeConfig(text, traits, lasting);
      writeDepots(text, traits, lasting, moving);
      writeUserFiles(text, traits, lasting);
    }
  }
  text.close();
  return text.toBuffer();
}
