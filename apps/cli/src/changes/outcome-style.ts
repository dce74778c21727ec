import type { ChangeOutcome } from '@pics/database';
import type { Style } from '../output/style.ts';

/** The colour of what became of a change. */
export const outcomeStyle: Record<ChangeOutcome, Style> = {
  stored: 'green',
  unknown: 'dim',
  wanted: 'yellow',
  'in flight': 'yellow',
  failed: 'red',
};
