import { MAX_ATTEMPTS } from '@pics/core';
import type { FailingApp, FailureFilter } from '@pics/database';
import { formatDuration, formatUtc, type Level } from '@pics/operations';
import { ago, appLink, badge, table } from '../elements.ts';
import { html, type Html } from '../html.ts';

const LEVELS = {
  failed: 'bad',
  retrying: 'warn',
  wanted: 'busy',
  'in flight': 'busy',
  settled: 'good',
} as const satisfies Record<FailingApp['state'], Level>;

const WORDS = { retrying: 'being retried' } as const;

/** A table of apps with a box to select each; rows have ids, so that a refresh moves no focus to another app. */
export function renderFailingApps(
  apps: readonly FailingApp[],
  at: Date,
  { filter, readOnly }: { filter: FailureFilter; readOnly: boolean },
): Html {
  const isMixed = filter.state === undefined;
  return table(
    'Failing apps',
    [
      'App',
      ['Type', 'wide'],
      ...(isMixed ? ['State'] : []),
      'Reason',
      filter.state === 'failed' ? ['Attempts', 'wide number'] : ['Attempt', 'number'],
      filter.state === 'failed' ? ['Failed', 'wide number'] : ['Next', 'number'],
    ],
    apps.map((app) => renderApp(app, at, { isMixed, readOnly })),
  );
}

function renderApp(app: FailingApp, at: Date, options: { isMixed: boolean; readOnly: boolean }): Html {
  const { appid, name, type, state } = app;
  const className = state === 'failed' && !options.isMixed ? 'wide number' : 'number';
  return html`<tr id="app-${appid}">
    <th scope="row">
      ${
        options.readOnly
          ? null
          : html`<input
              type="checkbox"
              name="appid"
              value="${appid}"
              aria-label="Select ${name || `app ${appid}`}"
            />`
      }
      ${appLink(appid, name)} ${name ? html`<span class="quiet">${appid}</span>` : null}
    </th>
    <td class="wide">${type ?? '–'}</td>
    ${options.isMixed ? html`<td>${badge(LEVELS[state], state === 'retrying' ? WORDS.retrying : state)}</td>` : null}
    <td class="reason">${renderReason(app.reason)}</td>
    <td class="${className}">${describeAttempts(app)}</td>
    <td class="${className}">${renderTime(app, at)}</td>
  </tr>`;
}

function renderReason(reason: string | null): Html | string {
  if (reason === null) return '–';
  const at = reason.indexOf(': ');
  return at === -1
    ? html`<strong>${reason}</strong>`
    : html`<strong>${reason.slice(0, at)}</strong> ${reason.slice(at + 2)}`;
}

function describeAttempts({ state, attempts }: FailingApp): string {
  if (state === 'settled') return '–';
  return state === 'failed' ? String(attempts) : `${attempts + 1} of ${MAX_ATTEMPTS}`;
}

/** When it failed, or when it goes out next. */
function renderTime({ state, failedAt, nextAt }: FailingApp, at: Date): Html | string {
  if (failedAt) return ago(failedAt, at);
  if (state === 'settled') return '–';
  if (state === 'in flight' || (state === 'retrying' && nextAt === null)) return 'in a batch';
  const inMs = nextAt === null ? 0 : nextAt.getTime() - at.getTime();
  if (nextAt === null || inMs < 1_000) return 'now';
  return html`<span title="${formatUtc(nextAt)}" class="nowrap">in ${formatDuration(inMs)}</span>`;
}
