import type { Digest } from './digest.ts';

/** An app as one change number describes it. */
export interface AppVersion {
  appid: number;
  changeNumber: number;
  /** The answer says that a token would show more. */
  missingToken: boolean;
  /** The answer shows the public part only. */
  onlyPublic: boolean;
  /** The field `buffer`: text KeyValues and one NUL. Empty when Steam keeps all of it back. May cost its making each time. */
  readBuffer(): Buffer;
  /** Size and SHA-1 of it; cheaper than reading it, where they are known. */
  readDigest(): Digest;
}

/** A package as one change number describes it. */
export interface PackageVersion {
  packageid: number;
  changeNumber: number;
  missingToken: boolean;
  /** The field `buffer`: uint32 1 and binary KeyValues. Empty when a token is needed. */
  readBuffer(): Buffer;
}

/** One entry of the change feed. */
export interface Change {
  kind: 'app' | 'package';
  id: number;
  changeNumber: number;
}

/**
 * What Steam's catalogue holds, and how it moves on. Made up or recorded; both know nothing of sessions, faults or the
 * window of the feed.
 */
export interface Catalogue {
  /** The newest change number when the simulator starts. */
  readonly startChangeNumber: number;
  /** Whether changes run out some time, as a recording's do. */
  readonly isFinite: boolean;
  /** Every appid that is known now, ascending. */
  appids(): number[];
  packageids(): number[];
  /** The app as it is now; undefined when Steam says "unknown". */
  findApp(appid: number): AppVersion | undefined;
  /** The app as it was before its last change; undefined when it was unknown then, or never changed. */
  findPreviousApp(appid: number): AppVersion | undefined;
  /** What a token would show of an app that needs one; undefined where there is no such token. */
  findTokenApp(appid: number): { token: string; version: AppVersion } | undefined;
  findPackage(packageid: number): PackageVersion | undefined;
  /**
   * Moves on by at least `count` app changes, as far as there are any, in ascending change numbers above `after`. What
   * shares a change number comes together, for a client that has seen a number never asks below it again.
   */
  release(count: number, after: number): Change[];
  /** Whether there is or was such an app. */
  hasEverHeld(appid: number): boolean;
  /** Gives an app that there is or was a new change number; one that was removed comes back. */
  touch(appid: number, changeNumber: number): void;
}
