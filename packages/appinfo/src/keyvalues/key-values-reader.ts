import { Buffer, isAscii, isUtf8 } from 'node:buffer';
import { PermanentError } from '@pics/core';

/** The bytes are not KeyValues text: where that shows (`offset`, in bytes from the start) and why (`reason`). */
export class KeyValuesError extends PermanentError {
  override name = 'KeyValuesError';
  readonly offset: number;
  readonly reason: string;

  constructor(reason: string, offset: number) {
    super(`${reason} at byte ${offset}`);
    this.offset = offset;
    this.reason = reason;
  }
}

/** How large and how deep a text may be. */
export interface KeyValuesLimits {
  maxBytes: number;
  maxDepth: number;
}

/**
 * Recorded bodies reach 457 kB and 6 levels. Without limits one hostile or broken body could hold a process for as long
 * as it likes (bytes) or exhaust its stack (levels); far tighter ones would fail apps that Steam may yet publish.
 */
const DEFAULT_LIMITS: KeyValuesLimits = { maxBytes: 16 * 1024 * 1024, maxDepth: 64 };

/** A text exactly as it was sent: a string, or its bytes where they are not valid UTF-8. */
export type ExactText = string | Uint8Array;

const NUL = 0;
const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;

/**
 * A cursor over KeyValues text as PICS sends it: quoted keys, each with a quoted value or a block in braces, blanks
 * between them, and perhaps NULs at the end. Within quotes only `\\` and `\"` are escapes; every other byte is literal,
 * line breaks and invalid UTF-8 included.
 *
 * It moves from entry to entry, and the caller reads, enters or skips each value: what nobody reads is scanned once and
 * never becomes a string. A skipped block is checked as strictly as one that is read.
 *
 *     reader.nextEntry();                       // the root
 *     reader.enterBlock();
 *     while (reader.nextEntry()) reader.skipValue();
 *     reader.finish();
 *
 * Every method throws `KeyValuesError`, and nothing else, when the bytes are not such a text.
 */
export class KeyValuesReader {
  /** Whether the value of the current entry is a block. */
  isBlock = false;
  readonly #bytes: Buffer;
  readonly #maxDepth: number;
  /** One character per byte: slices of it are strings without decoding wherever the bytes are ASCII. */
  readonly #latin1: string;
  readonly #isAscii: boolean;
  readonly #hasEscapes: boolean;
  #at = 0;
  #depth = 0;
  #keyStart = 0;
  #keyEnd = 0;

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

  /** How many bytes the cursor has passed. */
  get offset(): number {
    return this.#at;
  }

  /** Moves to the next entry of this block; at the end of the block leaves it and returns false. */
  nextEntry(): boolean {
    const bytes = this.#bytes;
    const start = skipBlanks(bytes, this.#at);
    if (bytes[start] !== QUOTE) {
      if (this.#depth === 0) throw unexpected(bytes, start, 'a key');
      if (bytes[start] !== CLOSE) throw unexpected(bytes, start, 'a key or "}"');
      this.#depth--;
      this.#at = start + 1;
      return false;
    }
    this.#keyStart = start + 1;
    this.#keyEnd = closingQuote(bytes, start + 1);
    const opening = skipBlanks(bytes, this.#keyEnd + 1);
    this.isBlock = bytes[opening] === OPEN;
    if (!this.isBlock && bytes[opening] !== QUOTE) throw unexpected(bytes, opening, 'a value or "{"');
    this.#at = opening + 1;
    return true;
  }

  /** The key of the current entry, invalid UTF-8 as U+FFFD. */
  key(): string {
    return this.#decode(this.#keyStart, this.#keyEnd);
  }

  /** The key of the current entry, byte for byte. */
  exactKey(): ExactText {
    return this.#decodeExactly(this.#keyStart, this.#keyEnd);
  }

  /** Whether the key of the current entry is `name`, which is lower-case ASCII, in any case. */
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

  /** Enters the block that is the current entry's value. */
  enterBlock(): void {
    if (this.#depth >= this.#maxDepth) {
      throw new KeyValuesError(`blocks nested deeper than ${this.#maxDepth} levels`, this.#at - 1);
    }
    this.#depth++;
  }

  /** Reads the current entry's value, which must be text; invalid UTF-8 becomes U+FFFD. */
  readText(): string {
    const start = this.#at;
    const end = closingQuote(this.#bytes, start);
    this.#at = end + 1;
    return this.#decode(start, end);
  }

  /** Reads the current entry's value, which must be text, byte for byte. */
  readExactText(): ExactText {
    const start = this.#at;
    const end = closingQuote(this.#bytes, start);
    this.#at = end + 1;
    return this.#decodeExactly(start, end);
  }

  /** Skips the current entry's value, text or block. */
  skipValue(): void {
    const depth = this.#depth;
    do {
      if (this.isBlock) this.enterBlock();
      else this.#at = closingQuote(this.#bytes, this.#at) + 1;
      while (this.#depth > depth && !this.nextEntry());
    } while (this.#depth > depth);
  }

  /** Checks that nothing but blanks and NULs follows. */
  finish(): void {
    let at = skipBlanks(this.#bytes, this.#at);
    while (this.#bytes[at] === NUL) at = skipBlanks(this.#bytes, at + 1);
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

/** The offset of the first byte from `start` on that is not a blank; past the end when there is none. */
function skipBlanks(bytes: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    const byte = bytes[at];
    if (byte !== TAB && byte !== LF && byte !== SPACE && byte !== CR) return at;
    at++;
  }
}

/** The offset of the quote that ends the string whose first byte is at `start`. */
function closingQuote(bytes: Uint8Array, start: number): number {
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at++;
  }
  throw new KeyValuesError('unterminated string', start - 1);
}

/** The error of the byte at `at`, or of the end of the text. */
function unexpected(bytes: Uint8Array, at: number, expected: string): KeyValuesError {
  const byte = bytes[at];
  if (byte === undefined) return new KeyValuesError('unexpected end of text', at);
  const found =
    byte > SPACE && byte < 0x7f
      ? `"${String.fromCharCode(byte)}"`
      : `byte 0x${byte.toString(16).padStart(2, '0')}`;
  return new KeyValuesError(`expected ${expected} but found ${found}`, at);
}

/** A backslash before anything but a backslash or a quote is literal. */
function unescaped(text: string): string {
  return text.includes('\\') ? text.replaceAll(/\\([\\"])/g, '$1') : text;
}
