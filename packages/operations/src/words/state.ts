import type { ChangeOutcome } from '@pics/database';

/** good: nothing to do; busy: under way; warn: worth a look; bad: it does not work; quiet: of no concern. */
export type Level = 'good' | 'busy' | 'warn' | 'bad' | 'quiet';

/** A state in one word, with what else there is to say about it. */
export interface State {
  level: Level;
  word: string;
  /** Empty when the word says it all. */
  detail: string;
}

/** The level of each outcome of a change. */
export const OUTCOME_LEVELS = {
  stored: 'good',
  unknown: 'quiet',
  wanted: 'quiet',
  'in flight': 'busy',
  failed: 'bad',
} as const satisfies Record<ChangeOutcome, Level>;
