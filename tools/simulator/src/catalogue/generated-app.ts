import { AppRevisions } from './app-revisions.ts';
import { drawTraits } from './app-traits.ts';
import { KeyValuesText } from './key-values-text.ts';
import { writeCommon } from './generated-common.ts';
import { writeConfig, writeDepots, writeExtended, writeUserFiles } from './generated-sections.ts';
import { SeededRandom } from './seeded-random.ts';

/** How much of an app an anonymous session sees; from `stub` on a token would show more. */
export const Access = {
  /** Unknown: removed from the catalogue. */
  removed: 0,
  public: 1,
  /** Known, without a name. */
  hidden: 2,
  /** Only `public_only`. */
  stub: 3,
  /** `common` and `public_only`; the rest needs a token. */
  publicPart: 4,
  /** Only its appid; only the message says that a token is needed. */
  withheld: 5,
} as const;
export type Access = (typeof Access)[keyof typeof Access];

export function needsToken(access: Access): boolean {
  return access >= Access.stub;
}

/**
 * Generates the body of an app: the same bytes for the same seed, appid, revision and access, so no body has to be stored.
 *
 * What stays the same (type, companies, parent) comes from a random sequence that depends on the appid only; what changes
 * (builds, reviews, tags) from one that depends on the last revision that changed it, too.
 *
 * @returns the field `buffer`: text KeyValues and one NUL.
 */
export function generateAppBody(seed: number, appid: number, revision: number, access: Access): Buffer {
  const lasting = new SeededRandom(seed, appid);
  const revisions = new AppRevisions(seed, appid, revision);
  const text = new KeyValuesText();
  text.open('appinfo');
  text.pair('appid', appid);
  if (access === Access.stub || access === Access.publicPart) text.pair('public_only', '1');
  if (access !== Access.stub && access !== Access.withheld) {
    const traits = drawTraits(appid, lasting);
    writeCommon(text, traits, lasting, revisions, access === Access.hidden);
    if (access === Access.public) {
      writeExtended(text, traits, lasting, revisions);
      writeConfig(text, traits, lasting);
      writeDepots(text, traits, lasting, revisions);
      writeUserFiles(text, traits, lasting);
    }
  }
  text.close();
  return text.toBuffer();
}
