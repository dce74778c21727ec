import { existsSync } from 'node:fs';
import path from 'node:path';

/** Recorded PICS data, if it is next to the repository. */
export const RECORDED_PICS = path.resolve(import.meta.dirname, '../../../../../shared/pics');

export const hasRecordedPics = existsSync(path.join(RECORDED_PICS, 'index.tsv'));

if (!hasRecordedPics)
  console.warn(`No recorded PICS data at ${RECORDED_PICS}: the tests that read it are skipped.`);
