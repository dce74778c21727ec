import { existsSync, readFileSync } from 'node:fs';

/** A text as PICS once sent it for an app, without the trailing NUL. */
export interface RecordedText {
  appid: number;
  changeNumber: number;
  sha1: string;
  path: string;
  read: () => Buffer;
}

const folder = new URL('../../../../../../shared/pics/', import.meta.url);
const index = new URL('index.tsv', folder);

/** Recorded PICS data, if present beside the repository; without it this is empty, and tests on it are skipped. */
export const recordedTexts: RecordedText[] = existsSync(index)
  ? readFileSync(index, 'utf8').split('\n').slice(1).filter(Boolean).map(recordedText)
  : [];

function recordedText(line: string): RecordedText {
  const [appid = '', changeNumber = '', sha1 = '', , , path = ''] = line.split('\t');
  return {
    appid: Number(appid),
    changeNumber: Number(changeNumber),
    sha1,
    path,
    read: () => readFileSync(new URL(path, folder)),
  };
}
