import type { AppRecord } from '@pics/core';
import { extractApp } from './extract-app.ts';

/**
 * The record of one app from a text of it that is stored, as `extractApp` makes it of a response. A `public` text is what Steam
 * shows without a token, so its record is a restricted one.
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
