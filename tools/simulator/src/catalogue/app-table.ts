import type { Digest } from './digest.ts';
import type { Access } from './made-up-app.ts';

/** The numbers of one row, by their place in it. */
const APPID = 0;
const REVISION = 1;
const CHANGE_NUMBER = 2;
const PREVIOUS_CHANGE_NUMBER = 3;
/** Access now in the low byte, before the last change in the next. */
const ACCESSES = 4;
/** Size of the body; 0 until it is known, as is the SHA-1 that follows. */
const SIZE = 5;
const SHA = 6;
const SHA_BYTES = 20;
const ROW = SHA + SHA_BYTES / Uint32Array.BYTES_PER_ELEMENT;

/**
 * What is kept of each made-up app: eleven integers, so that 300,000 apps take 13 MB. Rows are in the order of their
 * appids, and new ones come at the end.
 */
export class AppTable {
  #numbers: Uint32Array;
  #length = 0;

  constructor(capacity: number) {
    this.#numbers = new Uint32Array(capacity * ROW);
  }

  get length(): number {
    return this.#length;
  }

  /** Adds an app at the end; its appid must be above all others. */
  append(appid: number, access: Access, changeNumber: number): void {
    const start = this.#length * ROW;
    if (start === this.#numbers.length) {
      const grown = new Uint32Array(Math.max(ROW * 1_024, this.#numbers.length * 2));
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[start + APPID] = appid;
    this.#numbers[start + CHANGE_NUMBER] = changeNumber;
    this.#numbers[start + ACCESSES] = access;
    this.#length += 1;
  }

  /** Gives an app its next revision. */
  revise(row: number, access: Access, changeNumber: number): void {
    const start = row * ROW;
    this.#numbers[start + PREVIOUS_CHANGE_NUMBER] = this.changeNumber(row);
    this.#numbers[start + ACCESSES] = (this.access(row) << 8) | access;
    this.#numbers[start + CHANGE_NUMBER] = changeNumber;
    this.#numbers[start + REVISION] = this.revision(row) + 1;
    this.#numbers[start + SIZE] = 0;
  }

  /** What is known of the body as it is now; undefined until it was made once since the last change. */
  digest(row: number): Digest | undefined {
    const size = this.#at(row, SIZE);
    return size === 0 ? undefined : { size, sha: Uint8Array.from(this.#sha(row)) };
  }

  keepDigest(row: number, { size, sha }: Digest): void {
    if (!sha) return;
    this.#numbers[row * ROW + SIZE] = size;
    this.#sha(row).set(sha);
  }

  /** The row of an app, by halving: the arrays stay small where a map would take 12 MB more. */
  find(appid: number): number | undefined {
    let low = 0;
    let high = this.#length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = this.appid(middle);
      if (found === appid) return middle;
      if (found < appid) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  appid(row: number): number {
    return this.#at(row, APPID);
  }

  /** How often the app has changed. */
  revision(row: number): number {
    return this.#at(row, REVISION);
  }

  changeNumber(row: number): number {
    return this.#at(row, CHANGE_NUMBER);
  }

  previousChangeNumber(row: number): number {
    return this.#at(row, PREVIOUS_CHANGE_NUMBER);
  }

  access(row: number): Access {
    return (this.#at(row, ACCESSES) & 0xff) as Access;
  }

  previousAccess(row: number): Access {
    return (this.#at(row, ACCESSES) >>> 8) as Access;
  }

  #sha(row: number): Uint8Array {
    const offset = (row * ROW + SHA) * Uint32Array.BYTES_PER_ELEMENT;
    return new Uint8Array(this.#numbers.buffer, offset, SHA_BYTES);
  }

  #at(row: number, place: number): number {
    return this.#numbers[row * ROW + place] ?? 0;
  }
}
