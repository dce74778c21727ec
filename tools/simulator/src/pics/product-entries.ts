import type { AppVersion } from '../catalogue/catalogue.ts';
import { encodeApp } from './encode-entry.ts';
import type { Pics } from './pics.ts';

/** At most what an entry takes beyond its body: change number, SHA-1, flags and lengths. */
const ENTRY_OVERHEAD_BYTES = 100;

/**
 * The most recently served entries of apps, encoded, up to a number of bytes.
 *
 * Making a body, its SHA-1 and its entry takes 45 µs; taking it out of here less than one, and so a benchmark measures the
 * client and not this.
 */
export class ProductEntries {
  readonly #capacityBytes: number;
  /** By appid, least recently served first. */
  readonly #kept = new Map<number, { changeNumber: number; entry: Uint8Array }>();
  #bytes = 0;

  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
  }

  /** Bytes kept now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Makes entries, in the order of appids, as far as there is room. */
  warm(pics: Pics): void {
    for (const appid of pics.appids()) {
      const version = pics.findApp(appid);
      // What does not fit would push out the first, and with it what a client begins with.
      const size = version ? version.readDigest().size + ENTRY_OVERHEAD_BYTES : 0;
      if (this.#bytes + size > this.#capacityBytes) break;
      if (version) this.encode(version);
    }
  }

  /** The entry of an app with its body, as everyone is shown it now. */
  encode(version: AppVersion): Uint8Array {
    const kept = this.#kept.get(version.appid);
    if (kept) {
      this.#kept.delete(version.appid);
      if (kept.changeNumber === version.changeNumber) {
        this.#kept.set(version.appid, kept);
        return kept.entry;
      }
      this.#bytes -= kept.entry.length;
    }
    // Copied out of the pool that small buffers are cut from: one that is kept would keep 64 kB alive.
    const entry = Uint8Array.from(encodeApp(version, 'full'));
    this.#kept.set(version.appid, { changeNumber: version.changeNumber, entry });
    this.#bytes += entry.length;
    for (const [appid, oldest] of this.#kept) {
      if (this.#bytes <= this.#capacityBytes) break;
      this.#kept.delete(appid);
      this.#bytes -= oldest.entry.length;
    }
    return entry;
  }
}
