import {
  digestBuffer,
  type AppVersion,
  type Catalogue,
  type Change,
  type PackageVersion,
} from '../catalogue/catalogue.ts';
import { AccessTokens, DEFAULT_GRANTED_SHARE } from './access-tokens.ts';
import { ChangeLog, type ChangedIds } from './change-log.ts';
import { Restrictions, type Shown } from './restrictions.ts';

/** The new state of an app that a test edits: unknown, or this text. */
export type AppEdit =
  | { unknown: true }
  | {
      /** Any bytes, valid or not, without the trailing NUL. */
      text: Uint8Array;
      missingToken: boolean;
      onlyPublic: boolean;
    };

/** One app's new change number. */
export interface AppChange {
  appid: number;
  changeNumber: number;
}

interface EditedApp {
  edit: AppEdit;
  changeNumber: number;
  previous: AppVersion | undefined;
}

/**
 * The current product information: the catalogue, the edits of tests, and the change feed of both. This is the truth,
 * which faults distort on the way to a client and tests compare tables with.
 */
export class Pics {
  readonly tokens: AccessTokens;
  readonly #restrictions: Restrictions;
  readonly #catalogue: Catalogue;
  readonly #log: ChangeLog;
  readonly #edited = new Map<number, EditedApp>();
  /** How many changes each call of `release` was for, and how often in a row. */
  readonly releases: [count: number, times: number][] = [];
  #currentChangeNumber: number;

  constructor(
    catalogue: Catalogue,
    appWindow: number,
    packageWindow: number,
    tokens = new AccessTokens(0, DEFAULT_GRANTED_SHARE),
    restrictions = new Restrictions(0, 0),
  ) {
    this.tokens = tokens;
    this.#restrictions = restrictions;
    this.#catalogue = catalogue;
    this.#currentChangeNumber = catalogue.startChangeNumber;
    this.#log = new ChangeLog(appWindow, packageWindow);
    this.#log.add(this.#history(this.#currentChangeNumber - Math.max(appWindow, packageWindow)));
  }

  get currentChangeNumber(): number {
    return this.#currentChangeNumber;
  }

  /** Whether there is an end to the changes. */
  get isFinite(): boolean {
    return this.#catalogue.isFinite;
  }

  /** Every appid that is known now, ascending. */
  appids(): number[] {
    if (this.#edited.size === 0) return this.#catalogue.appids();
    const appids = new Set(this.#catalogue.appids());
    for (const [appid, { edit }] of this.#edited) {
      if ('unknown' in edit) appids.delete(appid);
      else appids.add(appid);
    }
    return [...appids].sort((one, other) => one - other);
  }

  /** The app as those without a token see it now; undefined when it is unknown. */
  findApp(appid: number): AppVersion | undefined {
    const edited = this.#edited.get(appid);
    const version = edited ? editedVersion(appid, edited) : this.#catalogue.findApp(appid);
    return version && this.#restrictions.apply(version);
  }

  /** The app as it was before its last change; undefined when it was unknown then or never changed. */
  findPreviousApp(appid: number): AppVersion | undefined {
    const edited = this.#edited.get(appid);
    if (edited) return edited.previous;
    const version = this.#catalogue.findPreviousApp(appid);
    return version && this.#restrictions.apply(version);
  }

  /** The token that opens an app; undefined when the app needs none, or none opens it. */
  findToken(appid: number): string | undefined {
    return this.findApp(appid)?.complete && this.tokens.tokenOf(appid);
  }

  findPackage(packageid: number): PackageVersion | undefined {
    return this.#catalogue.findPackage(packageid);
  }

  /** What changed after `since`; for 0 and for future numbers nothing has. */
  changesSince(since: number): ChangedIds {
    const hasSeenAll = since === 0 || since > this.#currentChangeNumber;
    return this.#log.changesSince(hasSeenAll ? this.#currentChangeNumber : since, this.#currentChangeNumber);
  }

  /** Every change after `since` that the feed remembers, in order. */
  listChanges(since: number): Change[] {
    return this.#log.list(since);
  }

  /** Changes at least this many apps, as long as the catalogue has changes left. */
  release(count: number): AppChange[] {
    const last = this.releases.at(-1);
    if (last?.[0] === count) last[1] += 1;
    else this.releases.push([count, 1]);
    const changes = this.#catalogue.release(count, this.#currentChangeNumber);
    for (const { kind, id, changeNumber } of changes) {
      const edited = kind === 'app' ? this.#edited.get(id) : undefined;
      // An edited app keeps its text.
      if (edited) this.#edit(id, edited.edit, changeNumber);
    }
    return this.#announce(changes);
  }

  /**
   * Gives each of these apps a new change number, one after the other.
   *
   * @throws Error with the id of an app that never existed; nothing has changed then.
   */
  releaseApps(appids: readonly number[]): AppChange[] {
    const changes: Change[] = [];
    const unknown = appids.find((appid) => !this.#edited.has(appid) && !this.#catalogue.hasEverHeld(appid));
    if (unknown !== undefined) throw new Error(`there never was an app ${unknown}: give it a text first`);
    for (const [index, id] of appids.entries()) {
      const changeNumber = this.#currentChangeNumber + 1 + index;
      const edited = this.#edited.get(id);
      if (edited) this.#edit(id, edited.edit, changeNumber);
      else this.#catalogue.touch(id, changeNumber);
      changes.push({ kind: 'app', id, changeNumber });
    }
    return this.#announce(changes);
  }

  /**
   * Decides what those without a token see of these apps, under new change numbers.
   *
   * @throws Error with the id of an app that never existed; nothing has changed then.
   */
  restrictApps(appids: readonly number[], shown: Shown): AppChange[] {
    const changes = this.releaseApps(appids);
    this.#restrictions.set(appids, shown);
    return changes;
  }

  /**
   * Replaces an app by what a test needs, under a new change number; it stays so until it is edited again. The edit says
   * itself what of it is shown.
   */
  editApp(appid: number, edit: AppEdit): AppChange {
    const changeNumber = this.#currentChangeNumber + 1;
    this.#edit(appid, edit, changeNumber);
    this.#restrictions.set([appid], 'everything');
    this.#announce([{ kind: 'app', id: appid, changeNumber }]);
    return { appid, changeNumber };
  }

  #edit(appid: number, edit: AppEdit, changeNumber: number): void {
    this.#edited.set(appid, { edit, changeNumber, previous: this.findApp(appid) });
  }

  #announce(changes: readonly Change[]): AppChange[] {
    this.#currentChangeNumber = changes.at(-1)?.changeNumber ?? this.#currentChangeNumber;
    this.#log.add(changes);
    return changes
      .filter(({ kind }) => kind === 'app')
      .map(({ id, changeNumber }) => ({ appid: id, changeNumber }));
  }

  /** The changes before the start that the feed remembers. */
  #history(after: number): Change[] {
    const changes: Change[] = [];
    for (const id of this.#catalogue.appids()) {
      const { changeNumber = 0 } = this.#catalogue.findApp(id) ?? {};
      if (changeNumber > after) changes.push({ kind: 'app', id, changeNumber });
    }
    for (const id of this.#catalogue.packageids()) {
      const { changeNumber = 0 } = this.#catalogue.findPackage(id) ?? {};
      if (changeNumber > after) changes.push({ kind: 'package', id, changeNumber });
    }
    return changes.sort((one, other) => one.changeNumber - other.changeNumber);
  }
}

function editedVersion(appid: number, { edit, changeNumber }: EditedApp): AppVersion | undefined {
  if ('unknown' in edit) return undefined;
  const { text, missingToken, onlyPublic } = edit;
  const isEmpty = text.length === 0;
  const readBuffer = () => (isEmpty ? Buffer.alloc(0) : Buffer.concat([text, Buffer.alloc(1)]));
  const readDigest = () => digestBuffer(readBuffer());
  return { appid, changeNumber, missingToken, onlyPublic, readBuffer, readDigest };
}

/** Often enough for single changes at a rate of up to twenty a second. */
const INTERVAL_MS = 50;

/**
 * Changes apps at a steady rate as long as there are changes left.
 *
 * @returns stops it.
 */
export function releaseSteadily(pics: Pics, perSecond: number): () => void {
  if (perSecond === 0) return () => {};
  const startedAt = performance.now();
  let released = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * perSecond);
    if (due > released) pics.release(due - released);
    released = due;
  }, INTERVAL_MS);
  return () => clearInterval(timer);
}
