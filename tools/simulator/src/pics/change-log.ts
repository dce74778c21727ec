import type { Change } from '../catalogue/catalogue.ts';

/** The ids that changed, each once with its newest number, ascending; undefined when that is too long ago to say. */
export interface ChangedIds {
  apps: Map<number, number> | undefined;
  packages: Map<number, number> | undefined;
}

/**
 * The change feed's memory: what changed at which number, no further back than its window.
 *
 * Apps and packages may be remembered for different spans, as on Steam.
 */
export class ChangeLog {
  readonly #windows: Record<Change['kind'], number>;
  /** Ascending by change number. */
  #changes: Change[] = [];

  constructor(appWindow: number, packageWindow: number) {
    this.#windows = { app: appWindow, package: packageWindow };
  }

  /** @param changes ascending, and not below what was added before. */
  add(changes: readonly Change[]): void {
    for (const change of changes) this.#changes.push(change);
    const newest = this.#changes.at(-1)?.changeNumber ?? 0;
    const forgotten = newest - Math.max(this.#windows.app, this.#windows.package);
    // Dropped by the half, so that adding stays cheap.
    const half = this.#changes[this.#changes.length >>> 1];
    if (half && half.changeNumber <= forgotten) {
      this.#changes = this.#changes.filter(({ changeNumber }) => changeNumber > forgotten);
    }
  }

  /** Every change after `since` that is remembered, however often an id changed. */
  list(since: number): Change[] {
    return this.#changes.filter(({ changeNumber }) => changeNumber > since);
  }

  /** What changed after `since`, up to `current`. */
  changesSince(since: number, current: number): ChangedIds {
    const found = { app: new Map<number, number>(), package: new Map<number, number>() };
    for (let index = this.#changes.length - 1; index >= 0; index -= 1) {
      const change = this.#changes[index];
      if (!change || change.changeNumber <= since) break;
      const ids = found[change.kind];
      if (!ids.has(change.id)) ids.set(change.id, change.changeNumber);
    }
    const remembered = (kind: Change['kind']) =>
      since < current - this.#windows[kind] ? undefined : new Map([...found[kind]].toReversed());
    return { apps: remembered('app'), packages: remembered('package') };
  }
}
