import { hash } from 'node:crypto';

/** A body larger than this is no product info: the largest recorded one has 457 kB. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

const SHA1_BYTES = 20;

/**
 * The text of a body: without the NUL that ends it on the wire, and only when its SHA-1 is the announced one. A body
 * announced without a SHA-1 is taken as it is.
 *
 * @returns the text as a view of `body`, or why it cannot be used.
 */
export function openBody(body: Buffer, sha: Buffer | undefined): Buffer | 'corrupt' | 'unreadable' {
  if (body.length > MAX_BODY_BYTES) return 'unreadable';
  const text = body.at(-1) === 0 ? body.subarray(0, -1) : body;
  if (sha?.length !== SHA1_BYTES) return text;
  // Compared as strings: digests as Buffers are one more allocation outside the heap per app, and cost a quarter of all time.
  return hash('sha1', text, 'binary') === sha.toString('binary') ? text : 'corrupt';
}
