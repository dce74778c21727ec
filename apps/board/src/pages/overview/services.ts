import type { QueueState, Replica } from '@pics/queue';
import type { Overview } from '../../overview/read-overview.ts';
import { isSilent } from '../../overview/silence.ts';
import { ago, badge, empty, table } from '../elements.ts';
import { formatCount, formatDuration } from '../format.ts';
import { html, type Html } from '../html.ts';

/** Every replica of every service with its state, and both queues. */
export function renderServices({ at, fleet }: Overview): Html {
  return html`<section id="services" class="card" aria-labelledby="services-title">
    <h2 id="services-title" tabindex="-1">Services</h2>
    ${fleet ? renderReplicas(fleet.replicas, at) : empty('Redis has not answered, and replicas report there.')}
    ${fleet ? renderQueues(fleet.queues) : null}
  </section>`;
}

function renderReplicas(replicas: readonly Replica[], at: Date): Html {
  if (replicas.length === 0)
    return empty('No service has reported yet. Each does within seconds of its start.');
  return table(
    'Replicas',
    ['Replica', 'State', 'Last progress', ['Since its start', 'wide'], ['Runs for', 'wide']],
    replicas.map((replica) => renderReplica(replica, at)),
  );
}

function renderReplica(replica: Replica, at: Date): Html {
  const { service, role, version, lastProgressAt, startedAt, counters } = replica;
  return html`<tr id="replica-${service}-${replica.replica.replaceAll(/[^\w-]/g, '-')}">
    <th scope="row">
      ${service} <span class="quiet short" title="version ${version}">${replica.replica}</span>
    </th>
    <td>${describeState(replica)}${role ? html` <span class="quiet">${role}</span>` : null}</td>
    <td>${lastProgressAt ? ago(new Date(lastProgressAt), at) : html`<span class="quiet">–</span>`}</td>
    <td class="wide short">
      ${
        Object.entries(counters)
          .map(([name, count]) => `${name} ${formatCount(count)}`)
          .join(', ') || html`<span class="quiet">–</span>`
      }
    </td>
    <td class="wide short">${formatDuration(at.getTime() - new Date(startedAt).getTime())}</td>
  </tr>`;
}

function describeState(replica: Replica): Html {
  if (isSilent(replica)) return html`${badge('bad', 'silent')} for ${formatDuration(replica.silentMs)}`;
  if (replica.reason) return html`${badge('warn', 'waits')} ${replica.reason}`;
  return badge('good', 'works');
}

function renderQueues(queues: readonly QueueState[]): Html {
  const columns = ['Waiting', 'Active', 'Delayed', 'Failed'].map((title) => [title, 'number'] as const);
  return table('Queues', ['Queue', ...columns], queues.map(renderQueue));
}

function renderQueue({ name, paused, waiting, active, delayed, failed }: QueueState): Html {
  return html`<tr>
    <th scope="row" class="short">
      <a href="/queues/queue/${name}">${name}</a> ${paused ? badge('warn', 'paused') : null}
    </th>
    <td class="number">${formatCount(waiting)}</td>
    <td class="number">${formatCount(active)}</td>
    <td class="number">${formatCount(delayed)}</td>
    <td class="number"><a href="/queues/queue/${name}?status=failed">${formatCount(failed)}</a></td>
  </tr>`;
}
