import { updateFleetSettings, type Database } from '@pics/database';
import type { Queues } from '@pics/queue';
import type { Settings } from '@pics/service';
import express, { Router, type Express } from 'express';
import { auditWrites, type Log } from './access/audit.ts';
import { refuseWrites } from './access/protect-writes.ts';
import { requireAccess } from './access/require-access.ts';
import { requireSameOrigin } from './access/require-same-origin.ts';
import { securityHeaders } from './access/security-headers.ts';
import { createApi } from './api/create-api.ts';
import { ApiError, sendApiErrors } from './api/errors.ts';
import { rateBody } from './api/fleet.ts';
import { createListReader } from './browse/read-lists.ts';
import { findPublicAddress, type Environment } from './config.ts';
import { createChangesStreams } from './history/changes-streams.ts';
import { OverviewStream } from './overview/overview-stream.ts';
import { createOverviewReader, type OverviewReader } from './overview/read-overview.ts';
import { serveAssets } from './pages/assets.ts';
import { createPages } from './pages/create-pages.ts';
import { renderLatest } from './pages/history/changes-page.ts';
import { IMPORT_MAP_HASH } from './pages/layout.ts';
import { renderLiveParts } from './pages/overview/overview-page.ts';
import { createQueuePages } from './queues/create-queue-pages.ts';

export interface BoardOptions {
  settings: Pick<Settings, Extract<keyof Settings, `BOARD_${string}`>>;
  environment: Environment;
  database: Database;
  queues: Queues;
  log: Log;
  stopping: AbortSignal;
}

/**
 * The board as one Express application: the overview, a page for each app, Bull Board, and the HTTP API.
 *
 * Access is checked before anything else, and every write is logged, refused ones included. Below the path of
 * BOARD_PUBLIC_URL it serves the same as at the root: some proxies remove the path from a request, others pass it on.
 */
export function createBoard(options: BoardOptions): {
  app: Express;
  stream: OverviewStream;
  read: OverviewReader;
} {
  const { settings, environment, database, queues, log, stopping } = options;
  const { BOARD_USER: user, BOARD_PASSWORD: password, BOARD_READ_ONLY: readOnly } = settings;
  const { origin: publicOrigin, path: publicPath } = findPublicAddress(settings.BOARD_PUBLIC_URL);
  const read = createOverviewReader({ database, queues });
  const lists = createListReader(database);
  const stream = new OverviewStream({
    read,
    render: (overview) =>
      Object.fromEntries(
        Object.entries(renderLiveParts(overview, { readOnly })).map(([id, part]) => [id, part.text]),
      ),
    stopping,
    log,
  });

  const changes = createChangesStreams({
    database,
    render: (page, query) => ({ latest: renderLatest(page, query).text }),
    stopping,
    log,
  });
  const board = Router();
  board.use(securityHeaders({ scriptHash: IMPORT_MAP_HASH }));
  board.use(requireAccess({ credentials: user && password ? { user, password } : undefined, log }));
  board.use(auditWrites(log), requireSameOrigin({ publicOrigin, allowLinks: true }));
  if (readOnly) board.use(refuseWrites);
  board.use(
    '/queues',
    securityHeaders(),
    createQueuePages({
      database,
      queues,
      publicPath,
      environment,
      readOnly,
      setFleetRate: async (rate) => {
        const { success, data } = rateBody.safeParse({ requestsPerSecond: rate });
        if (!success) throw new ApiError(400, 'The rate must be from 0.01 to 10,000 requests a second.');
        await updateFleetSettings(database, { fetchRate: data.requestsPerSecond });
      },
    }),
  );
  board.use('/assets', serveAssets());
  board.use('/api', requireSameOrigin({ publicOrigin, allowLinks: false }));
  board.use('/api', createApi({ database, read, lists, stream, changes }), sendApiErrors(log));
  board.use(createPages({ database, read, lists, log, mode: { environment, readOnly, publicPath } }));

  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', settings.BOARD_TRUSTED_PROXIES);
  if (publicPath !== '/') app.use(publicPath, board);
  app.use(board);
  return { app, stream, read };
}
