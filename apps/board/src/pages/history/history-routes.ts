import { findApp, type Database } from '@pics/database';
import { Router, type Request } from 'express';
import { appidParameter } from '../../api/apps.ts';
import { eventQuery } from '../../history/event-query.ts';
import { readChangesPage } from '../../history/latest-changes.ts';
import { diffQuery, readDiff } from '../../history/read-diff.ts';
import type { PageMode } from '../layout.ts';
import { renderChangesPage } from './changes-page.ts';
import { renderDiffPage } from './diff-page.ts';

/** The page of the latest changes, and the one that compares two texts of an app. */
export function historyPages(database: Database, modeOf: (request: Request) => PageMode): Router {
  const pages = Router();
  pages.get('/changes', async (request, response) => {
    const query = eventQuery.parse(request.query);
    const page = await readChangesPage(database, query);
    response.type('html').send(renderChangesPage(page, query, modeOf(request)));
  });
  pages.get('/apps/:appid/diff', async (request, response, next) => {
    const appid = appidParameter.safeParse(request.params.appid);
    if (!appid.success) return next();
    const details = await findApp(database, appid.data);
    if (!details) return next();
    const diff = await readDiff(database, appid.data, diffQuery.parse(request.query));
    response.type('html').send(renderDiffPage(details, diff, modeOf(request)));
  });
  return pages;
}
