import type { AppDetails, Version } from '@pics/database';
import { formatCount, formatUtc } from '@pics/operations';
import type { Diff } from '../../history/read-diff.ts';
import { empty } from '../elements.ts';
import { html, type Html } from '../html.ts';
import { renderPage, type PageMode } from '../layout.ts';

/** More lines than these slow a browser down; the command line has no limit. */
const MOST_LINES = 3_000;

/** The diff of two texts of an app, with a form to choose them. */
export function renderDiffPage({ appid, app }: AppDetails, diff: Diff, mode: PageMode): string {
  const title = app?.name ?? `App ${appid}`;
  const content = html`<nav class="filters" aria-label="App"><a href="apps/${appid}">← ${title}</a></nav>
    <div class="heading">
      <h1>Versions compared</h1>
      <span class="quiet">the text of app ${appid} as Steam sent it</span>
    </div>
    <section class="card" aria-label="Difference">
      ${diff.versions.length > 1 ? renderChoice(appid, diff) : null} ${renderDifference(appid, diff)}
    </section>`;
  return renderPage({ ...mode, title: `Versions of ${title}`, style: 'history.css' }, content);
}

function renderChoice(appid: number, { versions, from, to }: Diff): Html {
  const select = (name: string, label: string, chosen: Version | undefined) =>
    html`<label
      >${label}
      <select name="${name}">
        ${listWith(versions, chosen).map(
          (version) =>
            html`<option
              value="${version.changeNumber}"
              ${version.changeNumber === chosen?.changeNumber ? html` selected` : null}
            >
              ${version.changeNumber}, ${formatUtc(version.seenAt)}${version.isCurrent ? ', current' : ''}
            </option>`,
        )}
      </select></label
    >`;
  return html`<form class="filter versions" action="apps/${appid}/diff">
    ${select('from', 'From', from)} ${select('to', 'to', to)} <button>Compare</button>
  </form>`;
}

/** One text for each change number, because only the last one of a number can be requested, and the chosen one, however old. */
function listWith(versions: readonly Version[], chosen: Version | undefined): Version[] {
  const byNumber = new Map(versions.toReversed().map((version) => [version.changeNumber, version]));
  if (chosen) byNumber.set(chosen.changeNumber, chosen);
  return [...byNumber.values()].toSorted((a, b) => b.changeNumber - a.changeNumber);
}

function renderDifference(appid: number, { versions, from, to, lines, problem }: Diff): Html {
  if (versions.length === 1) {
    return empty(
      'There is one text of this app so far. Older ones are kept from its next change on, unless DOCUMENTS is off or latest.',
    );
  }
  if (problem !== undefined) return empty(problem);
  if (lines.length === 0) return empty('These texts are the same.');
  return html`${renderSummary(lines)}
    <pre class="diff" tabindex="0" aria-label="Unified diff">
${lines.slice(0, MOST_LINES).map(renderLine)}</pre>
    ${from && to && lines.length > MOST_LINES ? renderRest(appid, from, to, lines.length) : null}`;
}

function renderSummary(lines: readonly string[]): Html {
  const count = (sign: string) => formatCount(lines.filter((line) => line.startsWith(sign)).length);
  return html`<p class="note">Lines added: ${count('+')}, removed: ${count('-')}</p>`;
}

function renderRest(appid: number, from: Version, to: Version, lines: number): Html {
  return html`<p class="note">
    These are the first ${formatCount(MOST_LINES)} of ${formatCount(lines)} lines. All of them:
    <code>pics history ${appid} --diff ${from.changeNumber}..${to.changeNumber}</code>
  </p>`;
}

const MARKS: Record<string, string> = { '+': 'added', '-': 'removed', '@': 'hunk', '\\': 'hunk' };

function renderLine(line: string): Html {
  return html`<span class="${MARKS[line.charAt(0)] ?? ''}">${line}</span>`;
}
