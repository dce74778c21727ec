import type { AppRecord } from '@pics/core';
import { extractApp } from './extract-app.ts';

/**
 * The record of one app from a stored text, as `extractApp` makes it from a response. A `public` text is what Steam sends
 * without a token, so its record is restricted.
 *
 * @throws what `extractApp` throws.
 */
export function extractStoredText({
  part,
  bytes,
  ...text
}: {
  appid: number;
  changeNumber: number;
  part: 'full' | 'public';
  /** Without the NUL at its end. */
  bytes: Uint8Array;
}): AppRecord {
  return extractApp({ ...text, missingToken: part === 'public', body: bytes });
}
