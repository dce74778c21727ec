import type { ChangeInWords } from '@pics/operations';
import { html, type Html } from '../html.ts';

/** An app may change in a hundred branches at once: the first lines say what it is about, and the others are a click away. */
const SHOWN = 6;

/** What changed, a line for each field. */
export function eventLines(inWords: readonly ChangeInWords[]): Html | null {
  if (inWords.length === 0) return null;
  // One line takes as much room as a summary that hides it.
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
