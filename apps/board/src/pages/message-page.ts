import { html, type Html } from './html.ts';
import { renderPage, type Frame } from './layout.ts';

/** A page that only says something, perhaps with a way on: there is no such app, no such page, something is away. */
export function renderMessagePage(
  headline: string,
  detail: string,
  mode: Pick<Frame, 'environment' | 'readOnly'>,
  action: Html | null = null,
): string {
  const content = html`<div class="heading"><h1>${headline}</h1></div>
    <p class="quiet">${detail}</p>
    ${action}`;
  return renderPage({ ...mode, title: headline }, content);
}
