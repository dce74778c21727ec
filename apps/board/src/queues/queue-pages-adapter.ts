import type { AppViewRoute } from '@bull-board/api/typings/app';
import { ExpressAdapter } from '@bull-board/express';
import type { Request, Response, NextFunction } from 'express';
import { html } from '../pages/html.ts';

/**
 * Serves Bull Board with a bar on top of every page that leads back to the board: its own link to another page is hidden in a
 * menu. The style sheet of the bar also hides the actions that are refused.
 */
export class QueuePagesAdapter extends ExpressAdapter {
  readonly #publicPath: string;

  /** @param publicPath the path of the overview. */
  constructor(publicPath: string) {
    super();
    this.#publicPath = publicPath;
    this.setBasePath(`${publicPath}queues`);
  }

  override setEntryRoute(page: AppViewRoute): this {
    this.app.get(page.route, (_request: Request, response: Response, next: NextFunction) => {
      const { name, params } = page.handler({ basePath: this.basePath, uiConfig: this.uiConfig });
      this.app.render(name, params, (error: Error | null, markup: string) => {
        if (error) next(error);
        else response.type('html').send(this.#addBar(markup));
      });
    });
    return this;
  }

  #addBar(markup: string): string {
    const path = this.#publicPath;
    const style = html`<link href="${path}assets/queues.css" rel="stylesheet" />
      <script type="module" src="${path}assets/queues.js"></script>`;
    const bar = html`<nav class="bar" aria-label="PICS mirror">
      <h1>Queues</h1>
      <a href="${path}">← Overview</a><a href="${path}failures">Failures</a>
    </nav>`;
    // Functions, because a `$` in a replacement has a meaning.
    return markup
      .replace('</head>', () => `${style.text}</head>`)
      .replace('<div id="root">', () => `${bar.text}<div id="root">`);
  }
}
