import type { Digest } from './catalogue.ts';
import type { Access } from './generated-app.ts';

/** The positions of the numbers in a row. */
const APPID = 0;
const REVISION = 1;
const CHANGE_NUMBER = 2;
const PREVIOUS_CHANGE_NUMBER = 3;
/** The current access in the low byte, the one before the last change in the next byte. */
const ACCESSES = 4;
/** The size of the body; 0 until size and SHA-1 are known. */
const SIZE = 5;
const SHA = 6;
const SHA_BYTES = 20;
const ROW = SHA + SHA_BYTES / Uint32Array.BYTES_PER_ELEMENT;

/**
 * The state of each generated app: eleven integers, so that 300,000 apps take 13 MB. Rows are in the order of their
 * appids, and new ones are added at the end.
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

  /** The digest of the current body; undefined until the body was generated for the first time. */
  digest(row: number): Digest | undefined {
    const size = this.#at(row, SIZE);
    return size === 0 ? undefined : { size, sha: Uint8Array.from(this.#sha(row)) };
  }

  keepDigest(row: number, { size, sha }: Digest): void {
    if (!sha) return;
    this.#numbers[row * ROW + SIZE] = size;
    this.#sha(row).set(sha);
  }

  /** Finds the row of an app by binary search: a map would take 12 MB more. */
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

  #at(row: number, position: number): number {
    return this.#numbers[row * ROW + position] ?? 0;
  }
}
