import type { Database } from '@pics/database';
import type { RequestHandler } from 'express';
import type { Log } from '../access/audit.ts';
import type { Parts } from '../live/live-message.ts';
import { MAX_VIEWERS, PageStream, refuseViewer } from '../live/page-stream.ts';
import { eventQuery, type EventQuery } from './event-query.ts';
import { followChanges, type ChangesPage } from './latest-changes.ts';

/** Streams the latest changes to open pages, as the overview does: pages with the same filter share one read. */
export function createChangesStreams(options: {
  database: Database;
  render: (page: ChangesPage, query: EventQuery) => Parts;
  stopping: AbortSignal;
  log: Log;
}): RequestHandler {
  const { database, render, stopping, log } = options;
  const streams = new Map<string, PageStream<ChangesPage>>();
  const openStream = (query: EventQuery) =>
    new PageStream({
      name: 'the latest changes',
      read: followChanges(database, query),
      render: (page) => render(page, query),
      stopping,
      log,
    });
  return (request, response, next) => {
    const { type, field } = eventQuery.parse(request.query);
    for (const [key, { viewers }] of streams) if (viewers === 0) streams.delete(key);
    const viewers = [...streams.values()].reduce((sum, stream) => sum + stream.viewers, 0);
    if (viewers >= MAX_VIEWERS) return refuseViewer(response);
    const key = JSON.stringify([type, field]);
    const stream = streams.get(key) ?? openStream({ type, field });
    streams.set(key, stream);
    return stream.handler(request, response, next);
  };
}
