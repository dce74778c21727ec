import { plainLines } from '@pics/core';
import type { Database } from '@pics/database';
import { diffTexts } from './diff-texts.ts';
import { openVersion, type OpenVersion } from './open-version.ts';

/** Two texts of an app, and what differs between them. */
export interface VersionDiff {
  from: OpenVersion;
  to: OpenVersion;
  /** The lines of the unified diff, the two of its header first; none when the texts are equal. No line controls a terminal. */
  lines: string[];
}

/**
 * Compares the texts of an app that were valid at two change numbers; without a `to`, with the current one.
 *
 * @throws UserError when one of them is not stored or cannot be opened.
 */
export async function diffVersions(
  database: Database,
  appid: number,
  range: { from: number; to: number | undefined },
): Promise<VersionDiff> {
  const from = await openVersion(database, appid, range.from);
  const to = await openVersion(database, appid, range.to);
  const diff = diffTexts(named(appid, from), named(appid, to));
  return { from, to, lines: diff === '' ? [] : plainLines(diff).replace(/\n$/, '').split('\n') };
}

function named(appid: number, { changeNumber, text }: OpenVersion) {
  return { name: `app ${appid}, change ${changeNumber}`, text };
}
