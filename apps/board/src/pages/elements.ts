import { formatAgo, formatDuration, formatUtc, type Level } from '@pics/operations';
import { html, type Html } from './html.ts';

/** How long ago something happened, with the exact time as a tooltip. An open overview counts on. */
export function ago(date: Date, now: Date): Html {
  return html`<time datetime="${date.toISOString()}" title="${formatUtc(date)}"
    >${formatAgo(date, now)}</time
  >`;
}

/** For how long something has lasted, like `ago`. */
export function lasting(since: Date, now: Date): Html {
  return html`<time datetime="${since.toISOString()}" title="since ${formatUtc(since)}" data-form="duration"
    >${formatDuration(now.getTime() - since.getTime())}</time
  >`;
}

/** A link to an app by its name, or by its id while it has none. */
export function appLink(appid: number, name: string | null | undefined): Html {
  return html`<a href="apps/${appid}">${name || `app ${appid}`}</a>`;
}

/** A word with a colour that matches its meaning. */
export function badge(level: Level, text: string): Html {
  return html`<span class="badge" data-level="${level}">${text}</span>`;
}

/** The button that fetches an app now, whether or not it is known. */
export function syncButton(appid: number): Html {
  return html`<form data-action="sync">
    <input type="hidden" name="appids" value="${appid}" /><button>Sync now</button>
  </form>`;
}

/** Shown instead of an empty list: what will appear there, and when. */
export function empty(text: string): Html {
  return html`<p class="empty">${text}</p>`;
}

/** A column's title and its class: `number` aligns right, `wide` is hidden on narrow screens. */
type Column = string | readonly [title: string, className: 'number' | 'wide' | 'wide number'];

/** A table that scrolls sideways, by touch or keyboard, where it is wider than the page. */
export function table(label: string, columns: readonly Column[], rows: readonly Html[]): Html {
  const titles = columns.map((column) => {
    const [title, className] = typeof column === 'string' ? [column, ''] : column;
    return html`<th scope="col" class="${className}">${title}</th>`;
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
