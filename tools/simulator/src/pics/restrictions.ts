import { digestBuffer, type AppVersion } from '../catalogue/catalogue.ts';
import { SeededRandom } from '../catalogue/seeded-random.ts';

/** What those without a token see of an app: all of it, its public part with `common`, or nothing but that there is more. */
export const SHOWN = ['everything', 'common', 'nothing'] as const;
export type Shown = (typeof SHOWN)[number];

const SHOWN_SEED = 0x7e57;

/** The section `common`, one level deep, in text as Steam writes it. In latin1 every byte is one character. */
const COMMON = /^\t"common"\n\t\{\n.*?^\t\}\n/ms;

/**
 * Which apps need a token in addition to those that the catalogue restricts: a share of all, drawn by the seed, and those
 * that a test names.
 */
export class Restrictions {
  readonly #seed: number;
  readonly #share: number;
  readonly #named = new Map<number, Shown>();

  constructor(seed: number, share: number) {
    this.#seed = seed;
    this.#share = share;
  }

  /** Decides what is shown of these apps from now on. */
  set(appids: readonly number[], shown: Shown): void {
    for (const appid of appids) this.#named.set(appid, shown);
  }

  /** The app as those without its token see it. */
  apply(version: AppVersion): AppVersion {
    const complete = version.complete ?? (version.missingToken ? undefined : version);
    const shown =
      this.#named.get(version.appid) ?? (version.missingToken ? undefined : this.#draw(version.appid));
    if (!complete || !shown) return version;
    return shown === 'everything' ? complete : publicPart(complete, shown);
  }

  #draw(appid: number): Shown | undefined {
    if (this.#share === 0) return undefined;
    const random = new SeededRandom(this.#seed, appid, SHOWN_SEED);
    if (!random.chance(this.#share)) return undefined;
    return random.chance(0.5) ? 'common' : 'nothing';
  }
}

function publicPart(complete: AppVersion, shown: 'common' | 'nothing'): AppVersion {
  const { appid, changeNumber } = complete;
  const readBuffer = () => {
    const common = shown === 'common' ? COMMON.exec(complete.readBuffer().toString('latin1')) : undefined;
    const start = `"appinfo"\n{\n\t"appid"\t\t"${appid}"\n\t"public_only"\t\t"1"\n`;
    return Buffer.from(`${start}${common?.[0] ?? ''}}\n\0`, 'latin1');
  };
  const readDigest = () => digestBuffer(readBuffer());
  return { appid, changeNumber, missingToken: true, onlyPublic: true, complete, readBuffer, readDigest };
}
