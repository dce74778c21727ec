import type { AppEvent } from '@pics/database';
import type { ChangeInWords, Level } from '@pics/operations';
import { badge } from '../elements.ts';
import { html, type Html } from '../html.ts';

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

/** A badge for every type of event except an ordinary change. */
export function typeBadge(type: AppEvent['type']): Html | null {
  const words = BADGES[type];
  return words ? badge(...words) : null;
}

/** A hundred branches may change at once. The first lines are enough to see what it is about; the others are a click away. */
const SHOWN = 6;

/** What changed, a line for each field. */
export function eventLines(inWords: readonly ChangeInWords[]): Html | null {
  if (inWords.length === 0) return null;
  // A single hidden line would take no more room than the summary that hides it.
  if (inWords.length <= SHOWN + 1) return renderLines(inWords);
  return html`${renderLines(inWords.slice(0, SHOWN))}
    <details>
      <summary>${inWords.length - SHOWN} more</summary>
      ${renderLines(inWords.slice(SHOWN))}
    </details>`;
}

function renderLines(lines: readonly ChangeInWords[]): Html {
  return html`<dl class="changed">
    ${lines.map(
      ({ label, text }) =>
        html`<div>
          <dt>${label}</dt>
          <dd>${text}</dd>
        </div>`,
    )}
  </dl>`;
}
