import { html } from './html.ts';
import { renderPage, type Frame } from './layout.ts';

/** A page that only says something: there is no such app, there is no such page, something is away. */
export function renderMessagePage(
  headline: string,
  detail: string,
  mode: Pick<Frame, 'environment' | 'readOnly'>,
): string {
  const content = html`<div class="heading"><h1>${headline}</h1></div>
    <p class="quiet">${detail}</p>`;
  return renderPage({ ...mode, title: headline }, content);
}
