import type { AppVersion, Catalogue, Change, PackageVersion } from '../catalogue/catalogue.ts';
import { digestBuffer } from '../catalogue/digest.ts';
import { ChangeLog, type ChangedIds } from './change-log.ts';

/** What an app is to become by hand: gone, or this text. */
export type AppEdit =
  | { unknown: true }
  | {
      /** Any bytes, well-formed or not, without the trailing NUL. */
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
 * Steam's product information as it stands: the catalogue, what was edited by hand since, and the feed of both. This is
 * the truth that faults distort on the way to a client, and that tests compare tables with.
 */
export class Pics {
  readonly #catalogue: Catalogue;
  readonly #log: ChangeLog;
  readonly #edited = new Map<number, EditedApp>();
  #currentChangeNumber: number;

  constructor(catalogue: Catalogue, appWindow: number, packageWindow: number) {
    this.#catalogue = catalogue;
    this.#currentChangeNumber = catalogue.startChangeNumber;
    this.#log = new ChangeLog(appWindow, packageWindow);
    this.#log.add(this.#history(this.#currentChangeNumber - Math.max(appWindow, packageWindow)));
  }

  get currentChangeNumber(): number {
    return this.#currentChangeNumber;
  }

  /** Whether changes run out some time. */
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

  /** The app as it is now; undefined when it is unknown. */
  findApp(appid: number): AppVersion | undefined {
    const edited = this.#edited.get(appid);
    return edited ? editedVersion(appid, edited) : this.#catalogue.findApp(appid);
  }

  /** The app as it was before its last change; undefined when it was unknown then or never changed. */
  findPreviousApp(appid: number): AppVersion | undefined {
    const edited = this.#edited.get(appid);
    return edited ? edited.previous : this.#catalogue.findPreviousApp(appid);
  }

  /** What a token would show of an app that needs one. */
  findTokenApp(appid: number): { token: string; version: AppVersion } | undefined {
    return this.#edited.has(appid) ? undefined : this.#catalogue.findTokenApp(appid);
  }

  findPackage(packageid: number): PackageVersion | undefined {
    return this.#catalogue.findPackage(packageid);
  }

  /** What changed after `since`; the number 0 and numbers of the future have seen everything. */
  changesSince(since: number): ChangedIds {
    const hasSeenAll = since === 0 || since > this.#currentChangeNumber;
    return this.#log.changesSince(hasSeenAll ? this.#currentChangeNumber : since, this.#currentChangeNumber);
  }

  /** Every change after `since` that the feed remembers, in order. */
  listChanges(since: number): Change[] {
    return this.#log.list(since);
  }

  /** Lets at least this many apps change, as far as the catalogue has changes left. */
  release(count: number): AppChange[] {
    const changes = this.#catalogue.release(count, this.#currentChangeNumber);
    for (const { kind, id, changeNumber } of changes) {
      const edited = kind === 'app' ? this.#edited.get(id) : undefined;
      // An edited app stays as it was made, whatever the catalogue thinks of next.
      if (edited) this.#edit(id, edited.edit, changeNumber);
    }
    return this.#announce(changes);
  }

  /**
   * Gives each of these apps a new change number, one after the other.
   *
   * @throws Error naming an app that never existed; none has changed then.
   */
  releaseApps(appids: readonly number[]): AppChange[] {
    const changes: Change[] = [];
    const stranger = appids.find((appid) => !this.#edited.has(appid) && !this.#catalogue.hasEverHeld(appid));
    if (stranger !== undefined) throw new Error(`there never was an app ${stranger}: give it a text first`);
    for (const [index, id] of appids.entries()) {
      const changeNumber = this.#currentChangeNumber + 1 + index;
      const edited = this.#edited.get(id);
      if (edited) this.#edit(id, edited.edit, changeNumber);
      else this.#catalogue.touch(id, changeNumber);
      changes.push({ kind: 'app', id, changeNumber });
    }
    return this.#announce(changes);
  }

  /** Makes one app what a test needs, under a new change number; it stays so until it is edited again. */
  editApp(appid: number, edit: AppEdit): AppChange {
    const changeNumber = this.#currentChangeNumber + 1;
    this.#edit(appid, edit, changeNumber);
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

  /** What the feed remembers from before the start. */
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
