import { createHash } from 'node:crypto';
import type { Environment } from '../config.ts';
import { Html, html } from './html.ts';

/** The URLs of the libraries that the scripts import by name. */
const IMPORT_MAP = JSON.stringify({
  imports: { uplot: './assets/uplot.js', idiomorph: './assets/idiomorph.js' },
});

/** Built outside the template: the hash covers every character, so the formatter must not add white space. */
const IMPORT_MAP_SCRIPT = new Html(`<script type="importmap">${IMPORT_MAP}</script>`);

/** The hash of the only inline script, for the Content-Security-Policy. Import maps must be inline. */
export const IMPORT_MAP_HASH = `sha256-${createHash('sha256').update(IMPORT_MAP).digest('base64')}`;

/** What every page of a board shares. */
export interface Mode {
  environment: Environment;
  readOnly: boolean;
  /** The path of the overview, which all links are relative to. */
  publicPath: string;
}

export interface Frame extends Mode {
  title: string;
  /** The URL of the page, relative to `publicPath`: a link to a part of the page needs it. */
  url: string;
  /** The text in the search field. */
  searched?: string;
  /** A script in addition to controls.js, which every page loads. */
  script?: 'overview.js' | 'failures.js' | 'app.js' | 'changes.js';
  /** A style sheet in addition to board.css. */
  style?: 'failures.css' | 'history.css';
}

/** What the layout of a page needs beside its content. */
export type PageMode = Omit<Frame, 'title' | 'searched' | 'script' | 'style'>;

/** A whole page: header with navigation and search, the content, and a line that reports the result of actions. */
export function renderPage(frame: Frame, content: Html): string {
  const { title, environment, readOnly, publicPath, url, searched = '', script, style } = frame;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <base href="${publicPath}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title} · PICS mirror</title>
        <link rel="icon" href="assets/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="assets/uplot.css" />
        <link rel="stylesheet" href="assets/board.css" />
        ${style ? html`<link rel="stylesheet" href="assets/${style}" />` : null} ${IMPORT_MAP_SCRIPT}
        <script type="module" src="assets/controls.js"></script>
        ${script ? html`<script type="module" src="assets/${script}"></script>` : null}
      </head>
      <body>
        <a class="skip" href="${url}#content">Skip to content</a>
        <header class="top">
          <a class="brand" href="./"
            ><img src="assets/icon.svg" alt="" width="22" height="22" /> PICS mirror</a
          >
          <span class="badge" data-level="${environment.level}">${environment.label}</span>
          ${readOnly ? html`<span class="badge" data-level="quiet">read-only</span>` : null}
          <nav aria-label="Pages">
            <a href="./" ${title === 'Overview' ? html` aria-current="page"` : null}>Overview</a>
            <a href="browse/tags" ${url.startsWith('./browse') ? html` aria-current="page"` : null}>Browse</a>
            <a href="changes" ${url.startsWith('./changes') ? html` aria-current="page"` : null}>Changes</a>
            <a href="failures" ${title === 'Failures' ? html` aria-current="page"` : null}>Failures</a>
            <a href="queues">Queues</a>
          </nav>
          <form class="search" role="search" action="apps">
            <input
              type="search"
              name="q"
              value="${searched}"
              placeholder="App name or id"
              aria-label="Search apps by name or id"
              maxlength="100"
              required
            />
            <button>Search</button>
          </form>
        </header>
        <main id="content" tabindex="-1">${content}</main>
        <dialog id="confirm" aria-labelledby="question" aria-describedby="consequence">
          <form method="dialog">
            <h2 id="question"></h2>
            <p id="consequence" class="quiet">
              They get fresh attempts and are fetched after live changes, up to 200 with one request of the
              fleet.
            </p>
            <p class="buttons">
              <button value="cancel">Cancel</button><button value="confirm" class="primary"></button>
            </p>
          </form>
        </dialog>
        <p id="result" role="status"></p>
      </body>
    </html>`.text;
}

/** A page with a message only, such as "Not found", and optionally a button. */
export function renderMessagePage(
  title: string,
  detail: string,
  mode: PageMode,
  action: Html | null = null,
): string {
  const content = html`<div class="heading"><h1>${title}</h1></div>
    <p class="quiet">${detail}</p>
    ${action}`;
  return renderPage({ ...mode, title }, content);
}
