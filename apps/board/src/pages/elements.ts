import { formatDuration, formatMoment } from './format.ts';
import { html, type Html } from './html.ts';

/** How long ago something was, with the moment itself for whoever wants to know. */
export function ago(date: Date, now: Date): Html {
  return html`<time datetime="${date.toISOString()}" title="${formatMoment(date)}"
    >${formatDuration(now.getTime() - date.getTime())} ago</time
  >`;
}

/** An app by its name, or by its id as long as it has none. */
export function appLink(appid: number, name: string | null | undefined): Html {
  return html`<a href="/apps/${appid}">${name || `app ${appid}`}</a>`;
}

/** A word with a colour that says the same: good, busy, warn, bad or quiet. */
export function badge(level: 'good' | 'busy' | 'warn' | 'bad' | 'quiet', text: string): Html {
  return html`<span class="badge" data-level="${level}">${text}</span>`;
}

/** The button that has an app fetched now, known or not. */
export function syncButton(appid: number): Html {
  return html`<form data-do="sync">
    <input type="hidden" name="appids" value="${appid}" /><button>Sync now</button>
  </form>`;
}

/** What stands in place of a list that is empty: what will be there, and when. */
export function empty(text: string): Html {
  return html`<p class="empty">${text}</p>`;
}

/** A column's title and how its cells are set: numbers to the right, `wide` ones left out where there is little room. */
type Column = string | readonly [title: string, set: 'number' | 'wide' | 'wide number'];

/** A table that scrolls by itself where it is wider than the page, with fingers and with keys. */
export function table(label: string, columns: readonly Column[], rows: readonly Html[]): Html {
  const titles = columns.map((column) => {
    const [title, set] = typeof column === 'string' ? [column, ''] : column;
    return html`<th scope="col" class="${set}">${title}</th>`;
  });
  return html`<div class="scroll" role="group" aria-label="${label}" tabindex="0">
    <table>
      <thead>
        <tr>
          ${titles}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}
