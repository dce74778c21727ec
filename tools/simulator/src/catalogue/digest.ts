import { createHash } from 'node:crypto';

/** What PICS announces of a body. */
export interface Digest {
  /** Bytes, the trailing NUL included. */
  size: number;
  /** SHA-1 of the text without its trailing NUL; undefined when there is no text. */
  sha: Uint8Array | undefined;
}

/** The digest of an app's body, trailing NUL and all. */
export function digestBuffer(buffer: Buffer): Digest {
  const text = buffer.subarray(0, -1);
  return {
    size: buffer.length,
    sha: buffer.length === 0 ? undefined : createHash('sha1').update(text).digest(),
  };
}
