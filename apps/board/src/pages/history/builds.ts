import type { Build, StoredBranch } from '@pics/database';
import { formatCount, formatUtc } from '@pics/operations';
import { MOST_BUILDS, type AppHistory } from '../../history/read-app-history.ts';
import { badge, empty, table } from '../elements.ts';
import { html, type Html } from '../html.ts';
import { renderBuildPlot } from './build-plot.ts';

/** Some apps have a hundred. */
const SHOWN_BRANCHES = 10;

/** The builds of an app over time, its current branches, and every build that was seen. */
export function renderBuilds(appid: number, { branches, builds }: AppHistory, at: Date): Html {
  return html`<section id="builds" class="card" aria-labelledby="builds-title">
    <h2 id="builds-title">Builds</h2>
    ${branches.length === 0 && builds.length === 0 ? empty('No branch of this app is stored.') : null}
    ${builds.length === 0 ? null : renderBuildPlot(builds, at)}
    ${branches.length === 0 ? null : renderBranches(branches.slice(0, SHOWN_BRANCHES))}
    ${
      branches.length > SHOWN_BRANCHES
        ? html`<details>
            <summary>${formatCount(branches.length - SHOWN_BRANCHES)} more branches</summary>
            ${renderBranches(branches.slice(SHOWN_BRANCHES))}
          </details>`
        : null
    }
    ${
      builds.length === 0
        ? null
        : html`<details>
            <summary>
              ${builds.length === MOST_BUILDS ? `The latest ${formatCount(MOST_BUILDS)} builds` : `All builds seen (${formatCount(builds.length)})`}
            </summary>
            ${table(
              'Builds',
              ['Updated', 'Branch', ['Build', 'number'], ['Change', 'wide number']],
              builds.map((build) => renderBuild(appid, build)),
            )}
          </details>`
    }
  </section>`;
}

function renderBranches(branches: readonly StoredBranch[]): Html {
  return table(
    'Branches',
    ['Branch', ['Build', 'number'], 'Updated', ['Description', 'wide']],
    branches.map(renderBranch),
  );
}

function renderBranch({ branch, buildId, timeUpdated, isPasswordRequired, description }: StoredBranch): Html {
  return html`<tr>
    <th scope="row">${branch} ${isPasswordRequired ? badge('quiet', 'password') : null}</th>
    <td class="number">${buildId ?? '–'}</td>
    <td>${timeUpdated ? html`<span class="nowrap">${formatUtc(timeUpdated)}</span>` : '–'}</td>
    <td class="wide">${description}</td>
  </tr>`;
}

function renderBuild(
  appid: number,
  { branch, buildId, timeUpdated, firstSeenAt, changeNumber, isCurrent }: Build,
): Html {
  return html`<tr>
    <th scope="row" class="nowrap">${formatUtc(timeUpdated ?? firstSeenAt)}</th>
    <td>${branch} ${isCurrent ? badge('good', 'current') : null}</td>
    <td class="number">${buildId}</td>
    <td class="wide number">
      ${changeNumber === null ? null : html`<a href="apps/${appid}?change=${changeNumber}#change-${changeNumber}">${changeNumber}</a>`}
    </td>
  </tr>`;
}
