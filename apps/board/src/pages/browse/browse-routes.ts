import { Router, type Request } from 'express';
import { indexQuery, listName, listQuery, type ListReader } from '../../browse/read-lists.ts';
import type { PageMode } from '../layout.ts';
import { renderIndexPage } from './index-page.ts';
import { renderListPage } from './list-page.ts';

/** The pages below `/browse`: an index of each name, and a page of apps for each of its entries. */
export function browsePages(lists: ListReader, modeOf: (request: Request) => PageMode): Router {
  const pages = Router();
  pages.get('/browse', (request, response) => response.redirect(`${modeOf(request).publicPath}browse/tags`));
  pages.get('/browse/:list', async (request, response, next) => {
    const list = listName.safeParse(request.params.list);
    if (!list.success) return next();
    const query = indexQuery.parse(request.query);
    const index = await lists.readIndex(list.data, query);
    response.type('html').send(renderIndexPage(list.data, query, index, modeOf(request)));
  });
  pages.get('/browse/:list/:key', async (request, response, next) => {
    const list = listName.safeParse(request.params.list);
    if (!list.success) return next();
    const { after, page } = listQuery.parse(request.query);
    const { key } = request.params;
    const found = await lists.readApps(list.data, key, after);
    if (!found) return next();
    response.type('html').send(renderListPage({ list: list.data, key, page }, found, modeOf(request)));
  });
  return pages;
}
