import type { AppDetails } from '@pics/database';
import {
  describeLedgerRow,
  formatUtc,
  listLedgerFields,
  listStoredFields,
  type Field,
} from '@pics/operations';
import { ago, appLink, badge, empty, syncButton } from './elements.ts';
import type { AppHistory } from '../history/read-app-history.ts';
import { linkFields } from './browse/field-links.ts';
import { renderBuilds } from './history/builds.ts';
import { renderTimeline } from './history/timeline.ts';
import { html, type Html } from './html.ts';
import { renderPage, type PageMode } from './layout.ts';

/** Everything known about one app: its stored data, its ledger row, its announced changes, its history and its builds. */
export function renderAppPage(details: AppDetails, history: AppHistory, at: Date, mode: PageMode): string {
  const { appid, app } = details;
  const title = app?.name ?? `App ${appid}`;
  const content = html` <div class="heading">
      <h1>${title}</h1>
      ${app?.picsAccess && app.picsAccess !== 'public' ? badge('warn', app.picsAccess) : null}
      <span class="quiet">${app?.type} ${appid}</span>
      <a href="https://store.steampowered.com/app/${appid}" rel="noreferrer">store page</a>
      <a href="apps/${appid}#builds">builds</a> <a href="apps/${appid}#history">history</a>
      ${isUnknown(details) ? badge('quiet', 'unknown to Steam') : null} ${renderAction(details, mode)}
    </div>
    <div class="columns">
      <section class="card" aria-labelledby="stored-title">
        <h2 id="stored-title">Stored data</h2>
        ${app ? renderStoredFields(details) : empty(isUnknown(details) ? 'Nothing: Steam does not know this app. It is stored when Steam announces it.' : 'Nothing yet. The app is stored once Steam has responded.')}
        <p class="note">
          The text as Steam sent it: <code>pics document ${appid}</code> prints the stored one,
          <code>pics app ${appid} --raw --ask-steam</code> fetches it from Steam.
        </p>
      </section>
      <div class="stack">
        <section class="card" aria-labelledby="ledger-title">
          <h2 id="ledger-title">Ledger</h2>
          ${renderLedger(details, at)}
        </section>
        <section class="card" aria-labelledby="changes-title">
          <h2 id="changes-title">Change feed</h2>
          ${renderChanges(details, at)}
        </section>
      </div>
    </div>
    ${renderBuilds(appid, history, at)} ${renderTimeline(appid, history)}`;
  return renderPage(
    { ...mode, title, searched: String(appid), script: 'app.js', style: 'history.css' },
    content,
  );
}

/** Whether Steam has responded that there is no such app. */
function isUnknown({ ledger }: AppDetails): boolean {
  return ledger !== undefined && describeLedgerRow(ledger, new Date()).word === 'unknown';
}

function renderAction({ appid, ledger }: AppDetails, { readOnly }: PageMode): Html | null {
  if (readOnly) return null;
  return ledger?.failedAt
    ? html`<form data-action="requeue">
        <input type="hidden" name="by" value="appids" /><input
          type="hidden"
          name="value"
          value="${appid}"
        /><button>Requeue</button>
      </form>`
    : syncButton(appid);
}

function renderLedger(details: AppDetails, at: Date): Html {
  if (!details.ledger) return empty('This app is not in the ledger: nothing has requested it yet.');
  const { level, word, detail } = describeLedgerRow(details.ledger, at);
  return html`<p>${badge(level, word)} ${detail}</p>
    ${renderFields(listLedgerFields(details.ledger), (date) => ago(date, at))}`;
}

/** Each field that leads to a list of apps is a link to it; the month follows the day of the release. */
function renderStoredFields(details: AppDetails): Html {
  const links = linkFields(details);
  const month = links.get('Release month');
  const renderLinks = ({ label, value }: Field) => {
    if (label === 'Released' && value instanceof Date && month) return html`${formatUtc(value)} (${month})`;
    return links.get(label);
  };
  return renderFields(listStoredFields(details), formatUtc, renderLinks);
}

function renderFields(
  fields: readonly Field[],
  renderDate: (date: Date) => Html | string,
  renderLinks: (field: Field) => Html | undefined = () => undefined,
): Html {
  const renderValue = (value: Field['value']): Html | string | number => {
    if (value instanceof Date) return renderDate(value);
    if (typeof value !== 'object') return value;
    return html`${value.map(({ id, name }, index) => html`${index > 0 ? ', ' : null}${appLink(id, name)}`)}`;
  };
  return html`<dl class="fields">
    ${fields.map(
      (field) =>
        html`<dt>${field.label}</dt>
          <dd>${renderLinks(field) ?? renderValue(field.value)}</dd>`,
    )}
  </dl>`;
}

function renderChanges({ changes }: AppDetails, at: Date): Html {
  if (changes.length === 0)
    return empty('No change of this app has been seen since this database started to follow the feed.');
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Change number
          <th scope="col">Seen
        </tr>
      </thead>
      <tbody>
        ${changes.map(
          ({ changeNumber, needsToken, seenAt }) =>
            html`<tr>
              <th scope="row">
                ${changeNumber}${needsToken ? html` <span class="quiet">needs a token</span>` : null}
              </th>
              <td>${ago(seenAt, at)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
