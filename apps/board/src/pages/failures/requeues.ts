import type { RequeueProgress } from '@pics/database';
import { formatApps } from '@pics/operations';
import { describeRequeue } from '../../api/describe-requeue.ts';
import { ago } from '../elements.ts';
import { html, type Html } from '../html.ts';
import { linkTo } from './link-to.ts';

/** The latest requeues, each with a progress and a link to its apps. The element is there without any, for the script. */
export function renderRequeues(
  requeues: readonly RequeueProgress[],
  at: Date,
  chosen: number | undefined,
): Html {
  if (requeues.length === 0) return html`<div id="requeues" hidden></div>`;
  return html`<section id="requeues" class="card" aria-labelledby="requeues-title">
    <h2 id="requeues-title" tabindex="-1">Requeued</h2>
    <ul class="requeues">
      ${requeues.map((requeue) => renderRequeue(requeue, at, chosen))}
    </ul>
  </section>`;
}

function renderRequeue(requeue: RequeueProgress, at: Date, chosen: number | undefined): Html {
  const { id, apps, settled, failed, open, requestedAt } = requeue;
  const name = `${formatApps(apps)} requeued`;
  return html`<li id="requeue-${id}" ${open > 0 ? html` data-open="${open}"` : null}>
    <strong>${name}</strong> <span class="quiet">${ago(requestedAt, at)}</span>
    <progress max="${apps}" value="${settled + failed}" aria-label="${name}: progress"></progress>
    <span class="outcome">${describeRequeue(requeue)}</span>
    ${
      id === chosen
        ? html`<a href="failures">All failures</a>`
        : html`<a href="${linkTo({ requeue: id })}">Show the ${formatApps(apps)}</a>`
    }
  </li>`;
}
