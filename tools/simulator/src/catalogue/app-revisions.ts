import { SeededRandom } from './seeded-random.ts';

/**
 * What a revision changes of an app, and how often: about as on Steam, where most changes are a new build. What is missing from
 * 1 changes nothing but the time of the store's assets, as a fifth of Steam's changes do.
 */
const SHARES = {
  builds: 0.45,
  reviews: 0.16,
  tags: 0.08,
  languages: 0.03,
  deck: 0.03,
  release: 0.03,
  dlc: 0.02,
  name: 0.02,
} as const;
export type Aspect = keyof typeof SHARES;

const ASPECTS = Object.keys(SHARES) as Aspect[];

/** The changes of an app since it was generated. Each revision changes one thing, and leaves everything else as it was. */
export class AppRevisions {
  readonly #seed: number;
  readonly #appid: number;
  readonly #changed: (Aspect | undefined)[];

  /** @param count how often the app has changed. */
  constructor(seed: number, appid: number, count: number) {
    this.#seed = seed;
    this.#appid = appid;
    this.#changed = Array.from({ length: count }, (_, index) =>
      drawAspect(new SeededRandom(seed, appid, index + 1)),
    );
  }

  get count(): number {
    return this.#changed.length;
  }

  /** The revisions that changed this, the first one being 1. */
  of(aspect: Aspect): number[] {
    return this.#changed.flatMap((changed, index) => (changed === aspect ? [index + 1] : []));
  }

  /** When a revision was made, in Unix seconds: after everything else of the catalogue, and hours apart. */
  secondsAt(revision: number): number {
    return 1_790_000_000 + 25_200 * revision;
  }

  /** The sequence for what this aspect has been since a revision: by default the last one that changed it. */
  random(aspect: Aspect, revision: number = this.of(aspect).at(-1) ?? 0, part = 0): SeededRandom {
    return new SeededRandom(this.#seed, this.#appid, revision, 1 + ASPECTS.indexOf(aspect), part);
  }
}

function drawAspect(random: SeededRandom): Aspect | undefined {
  let share = random.fraction();
  return ASPECTS.find((aspect) => (share -= SHARES[aspect]) < 0);
}
