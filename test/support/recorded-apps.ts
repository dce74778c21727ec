import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Recorded PICS data, if it is next to the repository. */
export const RECORDED_PICS = resolve(import.meta.dirname, '../../../shared/pics');

export const hasRecordedPics = existsSync(join(RECORDED_PICS, 'index.tsv'));

/** One text of one app, as Steam sent it from this change number on. */
export interface RecordedVersion {
  appid: number;
  changeNumber: number;
  body: Uint8Array;
}

/** All recorded versions in the order of their change numbers. */
export function readRecordedVersions(): RecordedVersion[] {
  const [header = '', ...lines] = readFileSync(join(RECORDED_PICS, 'index.tsv'), 'utf8')
    .trimEnd()
    .split('\n');
  const column = Object.fromEntries(header.split('\t').map((name, index) => [name, index]));
  const field = (line: string, name: string) => line.split('\t')[column[name] ?? -1] ?? '';
  return lines
    .map((line) => ({
      appid: Number(field(line, 'appid')),
      changeNumber: Number(field(line, 'change_number')),
      body: readFileSync(join(RECORDED_PICS, field(line, 'path'))),
    }))
    .sort((a, b) => a.changeNumber - b.changeNumber || a.appid - b.appid);
}

/**
 * Splits the versions into runs without the same app twice: the change feed lists an app once with its newest number, so a
 * version that is replaced within one poll is never seen.
 */
export function cutBeforeRepeats(versions: readonly RecordedVersion[]): RecordedVersion[][] {
  const stretches: RecordedVersion[][] = [];
  let seen = new Set<number>();
  for (const changes of Map.groupBy(versions, (version) => version.changeNumber).values()) {
    if (stretches.length === 0 || changes.some((version) => seen.has(version.appid))) {
      stretches.push([]);
      seen = new Set();
    }
    stretches.at(-1)?.push(...changes);
    for (const version of changes) seen.add(version.appid);
  }
  return stretches;
}
