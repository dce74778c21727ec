import type { Change } from '../catalogue/catalogue.ts';

/** The changed ids, each once with its newest number, ascending; undefined when that is further back than the window. */
export interface ChangedIds {
  apps: Map<number, number> | undefined;
  packages: Map<number, number> | undefined;
}

/** The memory of the change feed: which id changed at which number. Apps and packages have separate windows, as on Steam. */
export class ChangeLog {
  readonly #windows: Record<Change['kind'], number>;
  /** Ascending by change number. */
  #changes: Change[] = [];

  constructor(appWindow: number, packageWindow: number) {
    this.#windows = { app: appWindow, package: packageWindow };
  }

  /** @param changes ascending, and not below earlier ones. */
  add(changes: readonly Change[]): void {
    for (const change of changes) this.#changes.push(change);
    const newest = this.#changes.at(-1)?.changeNumber ?? 0;
    const forgotten = newest - Math.max(this.#windows.app, this.#windows.package);
    // Drops half at a time, so that adding stays cheap.
    const half = this.#changes[this.#changes.length >>> 1];
    if (half && half.changeNumber <= forgotten) {
      this.#changes = this.#changes.filter(({ changeNumber }) => changeNumber > forgotten);
    }
  }

  /** Every remembered change after `since`, however often an id changed. */
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
