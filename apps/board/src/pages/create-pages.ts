import { findApp, searchApps, type Database } from '@pics/database';
import type { Log } from '../log.ts';
import { Router, type ErrorRequestHandler } from 'express';
import { appidParameter, searchQuery } from '../api/bodies.ts';
import { describeFailure } from '../api/describe-failure.ts';
import type { OverviewReader } from '../overview/read-overview.ts';
import { renderAppPage } from './app-page.ts';
import { syncButton } from './elements.ts';
import type { Frame } from './layout.ts';
import { renderMessagePage } from './message-page.ts';
import { renderOverviewPage } from './overview/overview-page.ts';
import { renderSearchPage } from './search-page.ts';

const FOUND_APPS = 50;

export interface PagesOptions {
  database: Database;
  read: OverviewReader;
  log: Log;
  mode: Pick<Frame, 'environment' | 'readOnly'>;
}

/** The pages for people: the overview, the search, one for each app, and one that says when there is none. */
export function createPages({ database, read, log, mode }: PagesOptions): Router {
  const pages = Router();
  pages.use((_request, response, next) => {
    response.set('cache-control', 'no-store');
    next();
  });
  pages.get('/', async (_request, response) => {
    response.type('html').send(renderOverviewPage(await read(), mode));
  });
  pages.get('/apps', async ({ query }, response) => {
    const { q } = searchQuery.parse(query);
    const found = await searchApps(database, q, FOUND_APPS);
    const [first] = found;
    if (first && String(first.appid) === q) return response.redirect(`/apps/${first.appid}`);
    const appid = appidParameter.safeParse(q);
    if (!first && appid.success) return response.redirect(`/apps/${appid.data}`);
    response.type('html').send(renderSearchPage(q, found, { ...mode, limit: FOUND_APPS }));
  });
  pages.get('/apps/:appid', async ({ params }, response, next) => {
    const appid = appidParameter.safeParse(params.appid);
    if (!appid.success) return next();
    const details = await findApp(database, appid.data);
    if (details) return response.type('html').send(renderAppPage(details, new Date(), mode));
    const detail = `Neither the tables nor the ledger know app ${appid.data}. ${mode.readOnly ? '' : 'A sync asks Steam for it.'}`;
    const action = mode.readOnly ? null : syncButton(appid.data);
    response
      .status(404)
      .type('html')
      .send(renderMessagePage('Not found', detail, mode, action));
  });
  pages.use((_request, response) => {
    response
      .status(404)
      .type('html')
      .send(renderMessagePage('Not found', 'There is nothing at this address.', mode));
  });
  const answerErrors: ErrorRequestHandler = (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const { status, sentence } = describeFailure(error);
    if (status === 500) log.error({ err: error, path: request.path }, 'page failed');
    const headline = status < 500 ? 'This cannot be answered' : 'Something went wrong';
    response
      .status(status)
      .type('html')
      .send(renderMessagePage(headline, sentence, mode));
  };
  pages.use(answerErrors);
  return pages;
}
