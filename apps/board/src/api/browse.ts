import { LIST_NAMES } from '@pics/database';
import { Router } from 'express';
import { ENTRIES_PAGE_SIZE, indexQuery, listName, listQuery, type ListReader } from '../browse/read-lists.ts';
import { ApiError } from './errors.ts';

/** `GET /browse`, `GET /browse/:list` and `GET /browse/:list/:key`. */
export function browseRoutes(lists: ListReader): Router {
  const routes = Router();
  routes.get('/browse', (_request, response) => void response.json({ lists: LIST_NAMES }));
  routes.get('/browse/:list', async ({ params, query }, response) => {
    const list = findList(params.list);
    const wanted = indexQuery.parse(query);
    const { entries, total } = await lists.readIndex(list, wanted);
    const pages = Math.ceil(total / ENTRIES_PAGE_SIZE);
    response.json({ list, entries, total, page: wanted.page, pages });
  });
  routes.get('/browse/:list/:key', async ({ params, query }, response) => {
    const list = findList(params.list);
    const { after } = listQuery.parse(query);
    const found = await lists.readApps(list, params.key, after);
    if (!found) throw new ApiError(404, `There is no such list among the ${list}.`);
    response.json({ list, key: params.key, ...found });
  });
  return routes;
}

function findList(name: string) {
  const { success, data } = listName.safeParse(name);
  if (!success) throw new ApiError(404, `Apps are listed by ${LIST_NAMES.join(', ')}.`);
  return data;
}
