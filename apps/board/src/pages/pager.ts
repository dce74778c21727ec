import { formatCount } from '@pics/operations';
import { html, type Html } from './html.ts';

/** Links to the pages before and after this one, and which part of the whole it shows; nothing when there is one page. */
export function pager(options: {
  page: number;
  pageSize: number;
  total: number;
  link: (page: number) => string;
}): Html | null {
  const { page, pageSize, total, link } = options;
  const pages = Math.ceil(total / pageSize);
  if (pages <= 1 && page === 1) return null;
  const first = (page - 1) * pageSize + 1;
  const last = Math.min(page * pageSize, total);
  return html`<nav class="pager" aria-label="Pages of the list">
    ${page > 1 ? html`<a href="${link(Math.min(page - 1, pages))}" rel="prev">← Previous</a>` : null}
    ${first <= total ? html`<span class="quiet">${formatCount(first)}–${formatCount(last)} of ${formatCount(total)}</span>` : null}
    ${page < pages ? html`<a href="${link(page + 1)}" rel="next">Next →</a>` : null}
  </nav>`;
}
