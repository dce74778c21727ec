import { describeReplica, describeShare, findRateWarning, formatCount, formatRate } from '@pics/operations';
import type { QueueState, Replica } from '@pics/queue';
import type { Overview } from '../../overview/read-overview.ts';
import { ago, badge, empty, lasting, table } from '../elements.ts';
import { html, type Html } from '../html.ts';

/** Every replica of every service with its state, and both queues. */
export function renderServices({ at, fleet }: Overview): Html {
  return html`<section id="services" class="card" aria-labelledby="services-title">
    <h2 id="services-title" tabindex="-1">Services</h2>
    ${fleet ? renderReplicas(fleet.replicas, at) : empty('Redis, where replicas report, is unreachable.')}
    ${fleet ? renderQueues(fleet.queues) : null}
  </section>`;
}

function renderReplicas(replicas: readonly Replica[], at: Date): Html {
  if (replicas.length === 0)
    return empty('No service has reported yet. Services report within seconds of starting.');
  return table(
    'Replicas',
    ['Replica', 'State', 'Last progress', ['Since start', 'wide'], ['Uptime', 'wide']],
    replicas.map((replica) => renderReplica(replica, at)),
  );
}

function renderReplica(replica: Replica, at: Date): Html {
  const { service, role, version, lastProgressAt, startedAt, counters } = replica;
  const { level, word, detail } = describeReplica(replica);
  return html`<tr id="replica-${service}-${replica.replica.replaceAll(/[^\w-]/g, '-')}">
    <th scope="row">
      ${service} <span class="quiet nowrap" title="version ${version}">${replica.replica}</span>
    </th>
    <td>${badge(level, word)} ${detail}${role ? html` <span class="quiet">${role}</span>` : null}</td>
    <td>${lastProgressAt ? ago(new Date(lastProgressAt), at) : html`<span class="quiet">–</span>`}</td>
    <td class="wide nowrap">
      ${
        Object.entries(counters)
          .map(([name, count]) => `${name} ${formatCount(count)}`)
          .join(', ') || html`<span class="quiet">–</span>`
      }
    </td>
    <td class="wide nowrap">${lasting(new Date(startedAt), at)}</td>
  </tr>`;
}

function renderQueues(queues: readonly QueueState[]): Html {
  const columns = ['Waiting', 'Active', 'Delayed', 'Failed'].map((title) => [title, 'number'] as const);
  return table('Queues', ['Queue', ...columns], queues.map(renderQueue));
}

function renderQueue({ name, paused, waiting, active, delayed, failed }: QueueState): Html {
  return html`<tr id="queue-${name}">
    <th scope="row" class="nowrap">
      <a href="queues/queue/${name}">${name}</a> ${paused ? badge('warn', 'paused') : null}
    </th>
    <td class="number">${formatCount(waiting)}</td>
    <td class="number">${formatCount(active)}</td>
    <td class="number">${formatCount(delayed)}</td>
    <td class="number"><a href="queues/queue/${name}?status=failed">${formatCount(failed)}</a></td>
  </tr>`;
}

/** The current settings of the fleet, and the button that pauses or resumes it. */
export function renderFleet({ at, ledger, fleet }: Overview, { readOnly }: { readOnly: boolean }): Html {
  const settings = ledger?.settings;
  const rate = settings?.fetchRate ?? fleet?.fetchRate;
  const button = settings?.pausedAt
    ? html`<form data-action="resume"><button class="primary">Resume</button></form>`
    : html`<form data-action="pause"><button>Pause</button></form>`;
  return html`<div id="fleet">
    <p>
      <strong>${rate === undefined ? 'No rate yet' : `${formatRate(rate)} requests a second`}</strong>
      <span class="quiet">${describeOrigin(settings?.fetchRate ?? undefined, rate)}</span>
      ${fleet?.steamPause ? badge('warn', describeShare(fleet.steamPause)) : null}
      ${renderRateWarning(rate, ledger?.feed.source)}
    </p>
    <p>
      ${settings?.pausedAt ? html`<strong>Paused</strong> <span class="quiet">${ago(settings.pausedAt, at)}</span>` : 'Not paused'}
    </p>
    ${readOnly || !ledger ? null : button}
  </div>`;
}

/** The simulator tolerates every rate. */
function renderRateWarning(rate: number | undefined, source: 'steam' | 'simulator' | null | undefined) {
  const warning = rate === undefined || source === 'simulator' ? undefined : findRateWarning(rate);
  return warning === undefined ? null : html`<span class="warning">${warning}</span>`;
}

function describeOrigin(setLive: number | undefined, rate: number | undefined): string {
  if (setLive !== undefined) return 'set live';
  return rate === undefined ? 'until a producer has started' : 'from FETCH_RATE_PER_SECOND';
}

/** The forms that control the fleet. They are outside the live parts, so that updates do not erase what is being typed. */
export function renderControls({ readOnly }: { readOnly: boolean }): Html {
  if (readOnly) return html`<p class="note">This board is read-only (BOARD_READ_ONLY).</p>`;
  return html` <form data-action="setRate" class="control">
      <label for="rate">Requests a second, all fetchers together</label>
      <input
        id="rate"
        name="requestsPerSecond"
        placeholder="2, 0.5/s, 30/min"
        maxlength="20"
        autocomplete="off"
        required
      />
      <button>Set</button>
      <button name="reset" formnovalidate title="Reset to FETCH_RATE_PER_SECOND">Reset</button>
    </form>
    <form data-action="sync" class="control">
      <label for="sync">Sync now: appids</label>
      <input
        id="sync"
        name="appids"
        inputmode="numeric"
        placeholder="440, 570"
        pattern="[\\s,0-9]+"
        required
      />
      <button>Sync</button>
    </form>
    <form data-action="requeue" class="control">
      <label for="by">Requeue</label>
      <select id="by" name="by">
        <option value="failed">all failed apps</option>
        <option value="appids">apps with these ids</option>
        <option value="error">apps whose error contains</option>
        <option value="type">apps of type</option>
        <option value="since">apps that failed since</option>
        <option value="all">all known apps</option>
      </select>
      <input
        name="value"
        aria-label="Value"
        placeholder="440, NoResponse, dlc, 2h or 2026-11-22"
        maxlength="100000"
      />
      <button name="dryRun" title="Count the apps without requeuing them">Count</button>
      <button>Requeue</button>
    </form>
    <details>
      <summary>What do these do?</summary>
      <p>
        <strong>Pause</strong> stops dispatching. Batches already in the queues, a few seconds of work, are
        still fetched and written. Changes at Steam are still recorded, so nothing is missed. To stop at once,
        pause the <a href="queues/queue/pics-fetch">queue</a> instead.
      </p>
      <p>
        <strong>The rate</strong> applies to the whole fleet from the next request on, survives restarts, and
        stays until you reset it. 2 a second is the rate Steam is known to tolerate.
      </p>
      <p>
        <strong>Sync</strong> fetches apps now, whether or not they are known or up to date.
        <strong>Requeue</strong> gives apps fresh attempts.
      </p>
    </details>`;
}
