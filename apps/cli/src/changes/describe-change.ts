import type { LatestChange } from '@pics/database';
import { padText } from '../output/fit-text.ts';
import { plainText } from '../output/plain-text.ts';
import { style } from '../output/style.ts';
import { outcomeStyle } from './outcome-style.ts';

const APPID_COLUMNS = 7;
const OUTCOME_COLUMNS = 'unknown'.length;

/** A change that is done with, as a line among its like. */
export function describeChange({ seenAt, changeNumber, appid, outcome, name }: LatestChange): string {
  const columns = [
    style('dim', seenAt.toLocaleTimeString('sv-SE')),
    String(changeNumber),
    padText(String(appid), APPID_COLUMNS, 'right'),
    style(outcomeStyle[outcome], padText(outcome, OUTCOME_COLUMNS)),
    plainText(name ?? ''),
  ];
  return columns.join('  ').trimEnd();
}
