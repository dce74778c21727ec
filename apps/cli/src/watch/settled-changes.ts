import { getLatestChanges, type Database, type LatestChange } from '@pics/database';

/** How many changes are looked at in a turn; more than this in a second or two is a burst, and its newest are shown. */
const MOST = 1_000;

const UNDER_WAY = new Set<LatestChange['outcome']>(['wanted', 'in flight']);

/** The changes above a change number as they are done with: stored, unknown to Steam, or failed. */
export class SettledChanges {
  readonly #database: Database;
  readonly #told = new Set<string>();
  #after: number;

  constructor(database: Database, after: number) {
    this.#database = database;
    this.#after = after;
  }

  /** Those that were settled since the last call, in the order they happened. */
  async next(): Promise<LatestChange[]> {
    const changes = (await getLatestChanges(this.#database, MOST, { after: this.#after })).toReversed();
    const settled = changes.filter(
      (change) => !UNDER_WAY.has(change.outcome) && !this.#told.has(idOf(change)),
    );
    for (const change of settled) this.#told.add(idOf(change));
    this.#forget(changes);
    return settled;
  }

  /** Looks no more at what lies below the first change that is still under way. */
  #forget(changes: readonly LatestChange[]): void {
    const first = changes.find((change) => UNDER_WAY.has(change.outcome));
    this.#after = first ? first.changeNumber - 1 : (changes.at(-1)?.changeNumber ?? this.#after);
    for (const change of changes) if (change.changeNumber <= this.#after) this.#told.delete(idOf(change));
  }
}

function idOf({ changeNumber, appid }: LatestChange): string {
  return `${changeNumber}/${appid}`;
}
