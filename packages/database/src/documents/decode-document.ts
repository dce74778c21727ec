import { createHash } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';

/** The largest text accepted in a response of Steam; recorded ones reach 457 kB. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;

/** A stored document differs from what was written: a byte has changed, or a part is missing. */
export class DocumentDamaged extends Error {
  override name = 'DocumentDamaged';
}

/** A text as it is stored. */
export interface EncodedDocument {
  /** SHA-1 of the text, in hex. */
  sha1: string;
  /** Bytes of the text, and one for the NUL that ends it on the wire. */
  size: number;
  /** As `encodeDocument` makes it. */
  body: Uint8Array;
}

/**
 * Decodes a stored document: the text byte for byte as Steam sent it, without the NUL at its end. Size and SHA-1 are checked,
 * so it never returns another text than the one stored.
 *
 * @param dictionary for a delta, the text that it was encoded with.
 * @throws DocumentDamaged when size or SHA-1 differ, when the body is not a zstd frame, or was encoded with another dictionary.
 */
export function decodeDocument({ sha1, size, body }: EncodedDocument, dictionary?: Uint8Array): Buffer {
  const bytes = size - 1;
  if (!(bytes >= 0 && bytes <= MAX_TEXT_BYTES)) {
    throw new DocumentDamaged(`a text cannot have ${bytes} bytes`);
  }
  const text = decompress(body, bytes, dictionary);
  if (text.length !== bytes) {
    throw new DocumentDamaged(`the body contains ${text.length} bytes, not ${bytes}`);
  }
  const actual = createHash('sha1').update(text).digest('hex');
  if (actual !== sha1) throw new DocumentDamaged(`the text has the SHA-1 ${actual}, not ${sha1}`);
  return text;
}

/** The same, but undefined for a damaged text. */
export function decodeUndamaged(document: EncodedDocument, dictionary?: Uint8Array): Buffer | undefined {
  try {
    return decodeDocument(document, dictionary);
  } catch (error) {
    if (error instanceof DocumentDamaged) return undefined;
    throw error;
  }
}

/** The output is limited to the size of the text, whatever the frame claims, and is allocated at once. */
function decompress(body: Uint8Array, bytes: number, dictionary?: Uint8Array): Buffer {
  const bounds = { maxOutputLength: bytes + 1, chunkSize: Math.max(64, bytes + 1) };
  try {
    return zstdDecompressSync(body, dictionary ? { ...bounds, dictionary } : bounds);
  } catch (error) {
    throw new DocumentDamaged('the body cannot be decompressed', { cause: error });
  }
}
