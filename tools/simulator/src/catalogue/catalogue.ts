import { createHash } from 'node:crypto';

/** An app as one change number describes it. */
export interface AppVersion {
  appid: number;
  changeNumber: number;
  /** A token would show more; a field of the response. */
  missingToken: boolean;
  /** Only the public part is shown; a field of the response. */
  onlyPublic: boolean;
  /** The field `buffer`: text KeyValues and one NUL. Empty when nothing is shown. May be generated on each call. */
  readBuffer(): Buffer;
  /** Size and SHA-1 of the buffer; cheaper than the buffer when they are known. */
  readDigest(): Digest;
  /** The app as its token shows it, where that is more. */
  complete?: AppVersion;
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

/** A catalogue and its changes, generated or recorded. It knows nothing of sessions, faults or the window of the feed. */
export interface Catalogue {
  /** The newest change number when the simulator starts. */
  readonly startChangeNumber: number;
  /** Whether there is an end to the changes, as in a recording. */
  readonly isFinite: boolean;
  /** Every appid that is known now, ascending. */
  appids(): number[];
  packageids(): number[];
  /** The app as it is now; undefined when Steam says "unknown". */
  findApp(appid: number): AppVersion | undefined;
  /** The app as it was before its last change; undefined when it was unknown then, or never changed. */
  findPreviousApp(appid: number): AppVersion | undefined;
  findPackage(packageid: number): PackageVersion | undefined;
  /**
   * Makes at least `count` app changes, as long as there are any, with ascending change numbers above `after`. Changes with
   * the same number come together, because a client that has seen a number never requests it again.
   */
  release(count: number, after: number): Change[];
  /** Whether the app exists or existed. */
  hasEverHeld(appid: number): boolean;
  /** Gives an app a new change number; a removed one is restored. */
  touch(appid: number, changeNumber: number): void;
}

/** Size and hash of a body, as PICS announces them. */
export interface Digest {
  /** In bytes, including the trailing NUL. */
  size: number;
  /** SHA-1 of the text without its trailing NUL; undefined without a text. */
  sha: Uint8Array | undefined;
}

/** The digest of the body of an app, which includes the trailing NUL. */
export function digestBuffer(buffer: Buffer): Digest {
  const text = buffer.subarray(0, -1);
  return {
    size: buffer.length,
    sha: buffer.length === 0 ? undefined : createHash('sha1').update(text).digest(),
  };
}
