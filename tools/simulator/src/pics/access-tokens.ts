import { SeededRandom } from '../catalogue/seeded-random.ts';

/** The share of the apps that need a token for which an anonymous session is granted it. */
export const DEFAULT_GRANTED_SHARE = 0.1;

/** Keeps the draw of a grant and the draw of a token apart. */
const GRANT_SEED = 0xffff_ffff;
const TOKEN_SEED = 0xffff_fffe;

/**
 * The access token of each app, and whether an anonymous session is granted it when it asks. A token that was not granted
 * opens its app all the same: somebody else may have been granted it.
 */
export class AccessTokens {
  readonly #seed: number;
  #grantedShare: number;
  /** The exceptions from the share. */
  readonly #grants = new Map<number, boolean>();
  /** How often all tokens have rotated, and how often those of single apps in addition. */
  #rotations = 0;
  readonly #rotationsOf = new Map<number, number>();

  constructor(seed: number, grantedShare: number) {
    this.#seed = seed;
    this.#grantedShare = grantedShare;
  }

  /** A uint64 in decimal, of all 64 bits and never 0. */
  tokenOf(appid: number): string {
    const rotations = this.#rotations + (this.#rotationsOf.get(appid) ?? 0);
    const random = new SeededRandom(this.#seed, appid, TOKEN_SEED, rotations);
    return String((BigInt(random.uint32()) << 32n) | BigInt(random.uint32()) | 1n);
  }

  isGranted(appid: number): boolean {
    const granted = this.#grants.get(appid);
    return granted ?? new SeededRandom(this.#seed, appid, GRANT_SEED).chance(this.#grantedShare);
  }

  /** Grants the tokens of these apps, or of all, from the next request on. */
  setGranted(granted: boolean, appids?: readonly number[]): void {
    for (const appid of appids ?? []) this.#grants.set(appid, granted);
    if (appids) return;
    this.#grants.clear();
    this.#grantedShare = granted ? 1 : 0;
  }

  /** Replaces the tokens of these apps, or of all. The old ones open nothing any more. */
  rotate(appids?: readonly number[]): void {
    for (const appid of appids ?? []) {
      this.#rotationsOf.set(appid, (this.#rotationsOf.get(appid) ?? 0) + 1);
    }
    if (!appids) this.#rotations += 1;
  }
}

/**
 * Replaces all tokens again and again; without an interval never.
 *
 * @returns stops it.
 */
export function rotateSteadily(tokens: AccessTokens, everySeconds: number | undefined): () => void {
  if (everySeconds === undefined) return () => {};
  const timer = setInterval(() => tokens.rotate(), everySeconds * 1_000);
  return () => clearInterval(timer);
}
