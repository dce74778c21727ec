import type { AppDetails } from '@pics/database';
import { ago, appLink, badge, empty, syncButton } from './elements.ts';
import { formatMoment } from './format.ts';
import { html, type Html } from './html.ts';
import { renderPage, type Frame } from './layout.ts';

type Mode = Pick<Frame, 'environment' | 'readOnly'>;
type Fact = readonly [name: string, value: Html | string | number | null | undefined | false];

/** Everything known about one app: its stored data, its ledger row, and its changes. */
export function renderAppPage(details: AppDetails, at: Date, mode: Mode): string {
  const { appid, app } = details;
  const title = app?.name ?? `App ${appid}`;
  const content = html` <div class="heading">
      <h1>${title}</h1>
      ${app?.picsAccess && app.picsAccess !== 'public' ? badge('warn', app.picsAccess) : null}
      <span class="quiet">${app?.type} ${appid}</span>
      <a href="https://store.steampowered.com/app/${appid}" rel="noreferrer">store page</a>
      ${renderAction(details, mode)}
    </div>
    <div class="columns">
      <section class="card" aria-labelledby="stored-title">
        <h2 id="stored-title">Stored data</h2>
        ${app ? renderFacts(storedFacts(details)) : empty('Nothing yet. The app is stored once Steam has responded; apps unknown to Steam are never stored.')}
        <p class="note">
          The original PICS body is not kept. <code>pics app ${appid} --raw</code> fetches it from Steam.
        </p>
      </section>
      <div class="stack">
        <section class="card" aria-labelledby="ledger-title">
          <h2 id="ledger-title">Ledger</h2>
          ${details.ledger ? renderFacts(ledgerFacts(details, at)) : empty('This app is not in the ledger: nothing has requested it yet.')}
        </section>
        <section class="card" aria-labelledby="changes-title">
          <h2 id="changes-title">Changes</h2>
          ${renderChanges(details, at)}
        </section>
      </div>
    </div>`;
  return renderPage({ ...mode, title, searched: String(appid) }, content);
}

function renderAction({ appid, ledger }: AppDetails, { readOnly }: Mode): Html | null {
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

function renderFacts(facts: readonly Fact[]): Html {
  const known = facts.filter(
    ([, value]) => value !== null && value !== undefined && value !== false && value !== '',
  );
  return html`<dl class="facts">
    ${known.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}

function storedFacts({ app, parent, deck, ...lists }: AppDetails): Fact[] {
  if (!app) return [];
  const date = (value: Date | null) => value && formatMoment(value);
  const names = (list: readonly { id: number; name: string | null }[]) =>
    list.map(({ id, name }) => name ?? String(id)).join(', ');
  return [
    ['Developers', lists.developers.join(', ')],
    ['Publishers', lists.publishers.join(', ')],
    ['Franchises', lists.franchises.join(', ')],
    ['Parent app', parent && appLink(parent.id, parent.name)],
    ['Released', date(app.steamReleaseDate)],
    ['First released', date(app.originalReleaseDate)],
    ['Release state', app.releaseState],
    ['Free', app.isFree === null ? null : app.isFree ? 'yes' : 'no'],
    ['Platforms', app.platforms],
    ['Controller', app.controllerSupport],
    [
      'Reviews',
      app.picsReviewPercentage === null
        ? null
        : `${app.picsReviewPercentage} % positive, score ${app.picsReviewScore ?? '–'} of 9`,
    ],
    ['Metacritic', app.metacriticScore],
    [
      'Steam Deck',
      deck &&
        `${deck.status ?? 'unknown'}${deck.testTimestamp ? `, tested ${formatMoment(deck.testTimestamp)}` : ''}`,
    ],
    ['Tags', names(lists.tags)],
    ['Genres', names(lists.genres)],
    ['Categories', names(lists.categories)],
    ['Languages', app.languages && Object.keys(app.languages).join(', ')],
    ['Content descriptors', app.contentDescriptors?.join(', ')],
    ['Build', app.currentBuildId],
    ['Last content update', date(app.lastContentUpdate)],
    ['State', app.appState],
    ['Homepage', app.homepageUrl],
    ['Metacritic page', app.metacriticUrl],
    [
      'DLC',
      lists.dlc.length > 0 &&
        html`${lists.dlc.map(({ id, name }, index) => html`${index > 0 ? ', ' : null}${appLink(id, name)}`)}`,
    ],
    ['First stored', date(app.createdAt)],
    ['Last updated', date(app.updatedAt)],
  ];
}

function ledgerFacts({ ledger }: AppDetails, at: Date): Fact[] {
  if (!ledger) return [];
  const state = ledger.failedAt
    ? badge('bad', 'failed')
    : ledger.batchId
      ? badge('busy', 'in flight')
      : ledger.wantedChangeNumber !== null && (ledger.settledChangeNumber ?? -1) < ledger.wantedChangeNumber
        ? badge('busy', 'wanted')
        : badge('good', 'settled');
  return [
    ['State', state],
    ['Failed', ledger.failedAt && ago(ledger.failedAt, at)],
    ['Cause', ledger.lastError],
    ['Attempts', ledger.attempts > 0 && ledger.attempts],
    ['Wanted up to', ledger.wantedChangeNumber],
    ['Settled up to', ledger.settledChangeNumber],
    ['Stored change', ledger.picsChangeNumber],
    ['Last synced', ledger.lastPicsSync && ago(ledger.lastPicsSync, at)],
    ['Batch', ledger.batchId],
    ['Dispatched', ledger.batchId !== null && ledger.dispatchedAt && ago(ledger.dispatchedAt, at)],
    ['Next attempt after', ledger.notBefore && ledger.notBefore > at && formatMoment(ledger.notBefore)],
  ];
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
