import { findApp, type Database } from '@pics/database';
import { Router, type ErrorRequestHandler, type Request } from 'express';
import type { Log } from '../access/audit.ts';
import { appidParameter } from '../api/apps.ts';
import { PAGE_SIZE, readSearch, searchQuery } from '../api/search.ts';
import { describeFailure } from '../api/errors.ts';
import type { OverviewReader } from '../overview/read-overview.ts';
import type { ListReader } from '../browse/read-lists.ts';
import { renderAppPage } from './app-page.ts';
import { historyQuery } from '../history/event-query.ts';
import { readAppHistory } from '../history/read-app-history.ts';
import { browsePages } from './browse/browse-routes.ts';
import { syncButton } from './elements.ts';
import { renderFailuresPage } from './failures/failures-page.ts';
import { readFailures } from './failures/read-failures.ts';
import { historyPages } from './history/history-routes.ts';
import { renderMessagePage, type Mode, type PageMode } from './layout.ts';
import { renderOverviewPage } from './overview/overview-page.ts';
import { renderSearchPage } from './search/search-page.ts';

export interface PagesOptions {
  database: Database;
  read: OverviewReader;
  lists: ListReader;
  log: Log;
  mode: Mode;
}

/**
 * The HTML pages: the overview, the failures, the search, the lists of apps, the changes, one page for each app, and messages for
 * everything else.
 */
export function createPages({ database, read, lists, log, mode }: PagesOptions): Router {
  const pages = Router();
  pages.use((_request, response, next) => {
    response.set('cache-control', 'no-store');
    next();
  });
  pages.get('/', async (request, response) => {
    response.type('html').send(renderOverviewPage(await read(), modeOf(request, mode)));
  });
  pages.get('/apps', async (request, response) => {
    const searched = searchQuery.parse(request.query);
    const { q } = searched;
    const result = await readSearch(database, searched);
    const [first] = result.apps;
    if (first && String(first.appid) === q) return response.redirect(`${mode.publicPath}apps/${first.appid}`);
    const appid = appidParameter.safeParse(q);
    if (result.total === 0 && appid.success) return response.redirect(`${mode.publicPath}apps/${appid.data}`);
    response
      .type('html')
      .send(renderSearchPage({ ...searched, pageSize: PAGE_SIZE }, result, modeOf(request, mode)));
  });
  pages.use(browsePages(lists, (request) => modeOf(request, mode)));
  pages.use(historyPages(database, (request) => modeOf(request, mode)));
  pages.get('/failures', async ({ query, url }, response) => {
    const failures = await readFailures(database, query);
    response.type('html').send(renderFailuresPage(failures, modeOf({ url }, mode)));
  });
  pages.get('/apps/:appid', async (request, response, next) => {
    const appid = appidParameter.safeParse(request.params.appid);
    if (!appid.success) return next();
    const details = await findApp(database, appid.data);
    if (details) {
      const history = await readAppHistory(database, appid.data, historyQuery.parse(request.query));
      const page = renderAppPage(details, history, new Date(), modeOf(request, mode));
      return response.type('html').send(page);
    }
    const detail = `App ${appid.data} is neither stored nor in the ledger.${mode.readOnly ? '' : ' Sync it to fetch it from Steam.'}`;
    const action = mode.readOnly ? null : syncButton(appid.data);
    response
      .status(404)
      .type('html')
      .send(renderMessagePage('Not found', detail, modeOf(request, mode), action));
  });
  pages.use((request, response) => {
    response
      .status(404)
      .type('html')
      .send(renderMessagePage('Not found', 'This page does not exist.', modeOf(request, mode)));
  });
  pages.use(sendErrorPages(log, mode));
  return pages;
}

/** The dot keeps a link to `//host` on this host. */
function modeOf({ url }: Pick<Request, 'url'>, mode: Mode): PageMode {
  return { ...mode, url: `.${url}` };
}

function sendErrorPages(log: Log, mode: Mode): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const { status, message } = describeFailure(error);
    if (status === 500) log.error({ err: error, path: request.path }, 'page failed');
    const title =
      status < 500 ? 'Invalid request' : status === 503 ? 'Database unreachable' : 'Internal error';
    response
      .status(status)
      .type('html')
      .send(renderMessagePage(title, message, modeOf(request, mode)));
  };
}
