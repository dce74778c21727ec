import type { AppEvent } from '@pics/database';
import type { Level } from '@pics/operations';
import { badge } from '../elements.ts';
import type { Html } from '../html.ts';

/** What each type of event is called. */
export const EVENT_NAMES: Record<AppEvent['type'], string> = {
  'app.added': 'App added',
  'app.changed': 'App changed',
  'app.removed': 'App removed',
  'app.restored': 'App restored',
  'build.published': 'Build published',
};

const BADGES: Record<AppEvent['type'], readonly [Level, string] | undefined> = {
  'app.added': ['good', 'added'],
  'app.changed': undefined,
  'app.removed': ['bad', 'removed'],
  'app.restored': ['good', 'restored'],
  'build.published': ['busy', 'build'],
};

/** A badge for an event that is more than a change. */
export function typeBadge(type: AppEvent['type']): Html | null {
  const words = BADGES[type];
  return words ? badge(...words) : null;
}
