import type { FailureGroup } from '@pics/database';
import type { QueueState } from '@pics/queue';
import type { Overview } from '../../overview/read-overview.ts';
import { ago, appLink, empty, table } from '../elements.ts';
import { formatCount } from '../format.ts';
import { html, type Html } from '../html.ts';

/** Apps that wait for somebody to send them again, by the reason why. */
export function renderFailures({ at, ledger, fleet }: Overview, { readOnly }: { readOnly: boolean }): Html {
  const groups = ledger?.failures ?? [];
  return html`<section id="failures" class="card" aria-labelledby="failures-title">
    <h2 id="failures-title" tabindex="-1">Failures</h2>
    ${
      !ledger
        ? empty('Postgres has not answered.')
        : groups.length === 0
          ? empty(
              'No app has failed. One that cannot be read, that Steam never answers, or that Postgres refuses is listed here with its reason; all others go on.',
            )
          : table(
              'Failures by reason',
              [
                'Reason',
                ['Apps', 'number'],
                ['Latest', 'wide'],
                ...(readOnly ? [] : [['Action', 'number'] as const]),
              ],
              groups.map((group) => renderGroup(group, at, readOnly)),
            )
    }
    ${renderFailedJobs(fleet?.queues ?? [])}
  </section>`;
}

/** The way to jobs that failed as a whole. An app that fails alone leaves none behind, for its job did the rest. */
function renderFailedJobs(queues: readonly QueueState[]): Html | null {
  const links = queues
    .filter(({ failed }) => failed > 0)
    .map(({ name }) => html` <a href="/queues/queue/${name}?status=failed">failed jobs of ${name}</a>`);
  return links.length === 0
    ? null
    : html`<p class="note">Batches that failed as a whole are kept for a week:${links}</p>`;
}

function renderGroup(group: FailureGroup, at: Date, readOnly: boolean): Html {
  const { error, apps, lastFailedAt, examples } = group;
  const { kind, message } = splitError(error);
  const named = examples.map(
    ({ appid, name }, index) => html`${index > 0 ? ', ' : null}${appLink(appid, name)}`,
  );
  return html`<tr>
    <th scope="row">
      <strong>${kind}</strong> ${message}
      <div class="quiet">${named}${apps > examples.length ? ' and others' : null}</div>
    </th>
    <td class="number">${formatCount(apps)}</td>
    <td class="wide">${ago(lastFailedAt, at)}</td>
    ${readOnly ? null : html`<td class="number">${renderButton(group, kind)}</td>`}
  </tr>`;
}

function renderButton({ error, apps }: FailureGroup, kind: string): Html {
  const counted = `${formatCount(apps)} ${apps === 1 ? 'app' : 'apps'}`;
  return html`<form data-do="requeueGroup">
    <input type="hidden" name="failureGroup" value="${error}" />
    <button aria-label="Requeue ${counted} that failed with ${kind}">Requeue</button>
  </form>`;
}

function splitError(error: string): { kind: string; message: string } {
  const at = error.indexOf(': ');
  return at === -1
    ? { kind: error, message: '' }
    : { kind: error.slice(0, at), message: error.slice(at + 2) };
}
