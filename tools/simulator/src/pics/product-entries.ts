import { createHash } from 'node:crypto';
import type { AppVersion, PackageVersion } from '../catalogue/catalogue.ts';
import { messages, type AppInfo, type PackageInfo } from '../protocol/messages.ts';
import type { Pics } from './pics.ts';

/** The most that an entry takes in addition to its body: change number, SHA-1, flags and lengths. */
const ENTRY_OVERHEAD_BYTES = 100;

/**
 * A cache of the most recently served app entries, encoded, up to a number of bytes.
 *
 * Generating a body with its SHA-1 and entry takes 45 µs, reading it from here less than one, so that benchmarks measure
 * the client and not the simulator.
 */
export class ProductEntries {
  readonly #capacityBytes: number;
  /** By appid, least recently served first. */
  readonly #cached = new Map<number, { changeNumber: number; entry: Uint8Array }>();
  #bytes = 0;

  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
  }

  /** The size of the cached entries. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Fills the cache in the order of appids. */
  warm(pics: Pics): void {
    for (const appid of pics.appids()) {
      const version = pics.findApp(appid);
      // One more would evict the first, with which clients begin.
      const size = version ? version.readDigest().size + ENTRY_OVERHEAD_BYTES : 0;
      if (this.#bytes + size > this.#capacityBytes) break;
      if (version) this.encode(version);
    }
  }

  /** The current entry of an app with its body. */
  encode(version: AppVersion): Uint8Array {
    const cached = this.#cached.get(version.appid);
    if (cached) {
      this.#cached.delete(version.appid);
      if (cached.changeNumber === version.changeNumber) {
        this.#cached.set(version.appid, cached);
        return cached.entry;
      }
      this.#bytes -= cached.entry.length;
    }
    // A copy: a buffer from Node's pool would keep 64 kB of the pool alive.
    const entry = Uint8Array.from(encodeApp(version, 'full'));
    this.#cached.set(version.appid, { changeNumber: version.changeNumber, entry });
    this.#bytes += entry.length;
    for (const [appid, oldest] of this.#cached) {
      if (this.#bytes <= this.#capacityBytes) break;
      this.#cached.delete(appid);
      this.#bytes -= oldest.entry.length;
    }
    return entry;
  }
}

/** The form of an entry: with its body, or only with change number, SHA-1 and size. */
export type EntryForm = 'full' | 'metadata';

/**
 * Encodes the entry of an app as a response with that one entry: protobuf messages can be concatenated, so a response with
 * many entries needs no further encoding.
 *
 * @param send turns the body that SHA-1 and size describe into the one to send.
 */
export function encodeApp(
  version: AppVersion,
  form: EntryForm,
  send = (buffer: Buffer) => buffer,
): Uint8Array {
  const { appid, changeNumber, missingToken, onlyPublic } = version;
  const app: AppInfo = {
    appid,
    change_number: changeNumber,
    missing_token: missingToken,
    only_public: onlyPublic,
  };
  const { size, sha } = version.readDigest();
  if (sha) app.sha = sha;
  if (form === 'full') app.buffer = send(version.readBuffer());
  app.size = size;
  return messages.productInfoResponse.encode({ apps: [app] });
}

/** Encodes the entry of a package in the same way, without a body if it needs a token. */
export function encodePackage(version: PackageVersion, form: EntryForm): Uint8Array {
  const { packageid, changeNumber, missingToken } = version;
  const entry: PackageInfo = { packageid, change_number: changeNumber, missing_token: missingToken };
  const buffer = version.readBuffer();
  if (buffer.length > 0) {
    // Without the prefix 01 00 00 00.
    entry.sha = createHash('sha1').update(buffer.subarray(4)).digest();
    if (form === 'full') entry.buffer = buffer;
    entry.size = buffer.length;
  }
  return messages.productInfoResponse.encode({ packages: [entry] });
}
