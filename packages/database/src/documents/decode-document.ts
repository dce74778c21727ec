import { createHash } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';

/** The largest text that Steam's responses may carry; recorded ones reach 457 kB. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;

/** A stored document that is not what was stored: a byte of it was changed, or a part is missing. */
export class DocumentDamaged extends Error {
  override name = 'DocumentDamaged';
}

/** What is stored of a text. */
export interface EncodedDocument {
  /** SHA-1 of the text, in hex. */
  sha1: string;
  /** Bytes of the text, and one for the NUL that ends it on the wire. */
  size: number;
  /** As `encodeDocument` makes it. */
  body: Uint8Array;
}

/**
 * The text of a stored document, byte for byte as Steam sent it, without the NUL at its end. Its size and its SHA-1 are
 * checked, so a text that is returned is the one that was stored.
 *
 * @param dictionary of a delta, the text that it was encoded with.
 * @throws DocumentDamaged when they differ, the body is no zstd frame, or it was encoded with another dictionary.
 */
export function decodeDocument({ sha1, size, body }: EncodedDocument, dictionary?: Uint8Array): Buffer {
  const bytes = size - 1;
  if (!(bytes >= 0 && bytes <= MAX_TEXT_BYTES)) {
    throw new DocumentDamaged(`a text of ${bytes} bytes cannot be`);
  }
  const text = decompress(body, bytes, dictionary);
  if (text.length !== bytes) {
    throw new DocumentDamaged(`the body holds ${text.length} bytes, and the text has ${bytes}`);
  }
  const actual = createHash('sha1').update(text).digest('hex');
  if (actual !== sha1) throw new DocumentDamaged(`the text has the SHA-1 ${actual}, not ${sha1}`);
  return text;
}

/** The output is never larger than the text may be, whatever the frame claims, and is made in one piece. */
function decompress(body: Uint8Array, bytes: number, dictionary?: Uint8Array): Buffer {
  const bounds = { maxOutputLength: bytes + 1, chunkSize: Math.max(64, bytes + 1) };
  try {
    return zstdDecompressSync(body, dictionary ? { ...bounds, dictionary } : bounds);
  } catch (error) {
    throw new DocumentDamaged('the body cannot be decompressed', { cause: error });
  }
}
