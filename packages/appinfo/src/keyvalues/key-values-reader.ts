import { Buffer, isAscii, isUtf8 } from 'node:buffer';
import { KeyValuesError } from './key-values-error.ts';
import {
  CLOSE,
  closingQuote,
  endOfBlock,
  isPadding,
  keyExpected,
  OPEN,
  QUOTE,
  skipBlanks,
  tooDeep,
  unexpected,
  VALUE_EXPECTED,
} from './scan-key-values.ts';

/** How large and how deep a text may be. */
export interface KeyValuesLimits {
  maxBytes: number;
  maxDepth: number;
}

/**
 * Recorded bodies reach 457 kB and 6 levels. Without bounds one hostile or broken body could hold a process for as long
 * as it likes (bytes) or exhaust its stack (levels); far tighter ones would fail apps that Steam may yet publish.
 */
export const DEFAULT_LIMITS: KeyValuesLimits = { maxBytes: 16 * 1024 * 1024, maxDepth: 64 };

/** A text as it stood: a string, or its bytes where they are not valid UTF-8. */
export type ExactText = string | Uint8Array;

/**
 * A cursor over KeyValues text as PICS sends it: quoted keys, quoted values or blocks in braces, blanks between them,
 * and at the end of the text perhaps NULs. In strings only `\\` and `\"` are escapes; every other byte stands for
 * itself, line breaks and invalid UTF-8 included.
 *
 * It goes from entry to entry, and the caller reads, enters or skips each value: what nobody asks for costs one look at
 * each byte and becomes no string. A block that is skipped is held to the same rules as one that is read.
 *
 *     reader.nextEntry();                       // the root
 *     reader.enterBlock();
 *     while (reader.nextEntry()) reader.skipValue();
 *     reader.finish();
 *
 * Every method throws `KeyValuesError`, and nothing else, when the bytes are no such text.
 */
export class KeyValuesReader {
  readonly #bytes: Buffer;
  readonly #maxDepth: number;
  /** One character per byte: slices of it are strings without decoding wherever the bytes are ASCII. */
  readonly #latin1: string;
  /** Whether any byte of the text needs decoding, and any unescaping. */
  readonly #isAscii: boolean;
  readonly #hasEscapes: boolean;
  #at = 0;
  #depth = 0;
  #keyStart = 0;
  #keyEnd = 0;
  #isBlock = false;

  constructor(bytes: Uint8Array, limits: KeyValuesLimits = DEFAULT_LIMITS) {
    if (bytes.length > limits.maxBytes) {
      throw new KeyValuesError(
        `text of ${bytes.length} bytes goes past the limit of ${limits.maxBytes}`,
        limits.maxBytes,
      );
    }
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#maxDepth = limits.maxDepth;
    this.#latin1 = this.#bytes.toString('latin1');
    this.#isAscii = isAscii(this.#bytes);
    this.#hasEscapes = this.#latin1.includes('\\');
  }

  /** How many bytes the cursor has gone past. */
  get offset(): number {
    return this.#at;
  }

  /** How many blocks the cursor is in. */
  get depth(): number {
    return this.#depth;
  }

  /** Whether the value of this entry is a block. */
  get isBlock(): boolean {
    return this.#isBlock;
  }

  /** Goes to the next entry of this block; at the end of the block leaves it and returns false. */
  nextEntry(): boolean {
    const bytes = this.#bytes;
    let at = skipBlanks(bytes, this.#at);
    const first = bytes[at];
    if (first !== QUOTE) {
      if (first !== CLOSE || this.#depth === 0) throw unexpected(bytes, at, keyExpected(this.#depth));
      this.#depth--;
      this.#at = at + 1;
      return false;
    }
    const keyEnd = closingQuote(bytes, at + 1);
    this.#keyStart = at + 1;
    this.#keyEnd = keyEnd;
    at = skipBlanks(bytes, keyEnd + 1);
    const opening = bytes[at];
    if (opening !== QUOTE && opening !== OPEN) throw unexpected(bytes, at, VALUE_EXPECTED);
    this.#isBlock = opening === OPEN;
    this.#at = at + 1;
    return true;
  }

  /** Whether this entry's key is `name` (lower-case ASCII), without regard to case. */
  keyIs(name: string): boolean {
    const start = this.#keyStart;
    if (this.#keyEnd - start !== name.length) return false;
    for (let i = 0; i < name.length; i++) {
      const wanted = name.charCodeAt(i);
      const byte = this.#bytes[start + i];
      if (byte !== wanted && (byte !== wanted - 32 || wanted < 97 || wanted > 122)) return false;
    }
    return true;
  }

  /** How many bytes this entry's key has. */
  get keyLength(): number {
    return this.#keyEnd - this.#keyStart;
  }

  /** This entry's key, invalid UTF-8 as U+FFFD. */
  key(): string {
    return this.#decode(this.#keyStart, this.#keyEnd);
  }

  /** This entry's key, byte for byte. */
  exactKey(): ExactText {
    return this.#decodeExactly(this.#keyStart, this.#keyEnd);
  }

  /** Goes into the block that is this entry's value. */
  enterBlock(): void {
    if (this.#depth >= this.#maxDepth) throw tooDeep(this.#maxDepth, this.#at);
    this.#depth++;
  }

  /** Reads this entry's value, which is no block; invalid UTF-8 becomes U+FFFD. */
  readText(): string {
    const start = this.#at;
    const end = closingQuote(this.#bytes, start);
    this.#at = end + 1;
    return this.#decode(start, end);
  }

  /** Reads this entry's value, which is no block, byte for byte. */
  readExactText(): ExactText {
    const start = this.#at;
    const end = closingQuote(this.#bytes, start);
    this.#at = end + 1;
    return this.#decodeExactly(start, end);
  }

  /** Goes past this entry's value, whatever it is. */
  skipValue(): void {
    this.#at = this.#isBlock
      ? endOfBlock(this.#bytes, this.#at, this.#depth + 1, this.#maxDepth)
      : closingQuote(this.#bytes, this.#at) + 1;
  }

  /** Makes sure that nothing but blanks and NULs follows. */
  finish(): void {
    let at = this.#at;
    while (isPadding(this.#bytes[at])) at++;
    if (at < this.#bytes.length) throw unexpected(this.#bytes, at, 'the end of the text');
  }

  #decode(start: number, end: number): string {
    const text =
      this.#isAscii || this.#isAsciiBetween(start, end)
        ? this.#latin1.slice(start, end)
        : this.#bytes.toString('utf8', start, end);
    return this.#hasEscapes ? unescaped(text) : text;
  }

  #decodeExactly(start: number, end: number): ExactText {
    if (this.#isAscii || isUtf8(this.#bytes.subarray(start, end))) return this.#decode(start, end);
    return Buffer.from(unescaped(this.#latin1.slice(start, end)), 'latin1');
  }

  #isAsciiBetween(start: number, end: number): boolean {
    for (let at = start; at < end; at++) if ((this.#bytes[at] ?? 0) >= 0x80) return false;
    return true;
  }
}

/** A backslash before anything but a backslash or a quote stands for itself. */
function unescaped(text: string): string {
  return text.includes('\\') ? text.replaceAll(/\\([\\"])/g, '$1') : text;
}
