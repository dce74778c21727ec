import { updateFleetSettings, type Database } from '@pics/database';
import type { Queues } from '@pics/queue';
import type { Settings } from '@pics/service';
import express, { type Express } from 'express';
import { auditWrites, type Log } from './access/audit.ts';
import { refuseWrites, requireSameOrigin } from './access/protect-writes.ts';
import { requireAccess } from './access/require-access.ts';
import { securityHeaders } from './access/security-headers.ts';
import { createApi } from './api/create-api.ts';
import { sendApiErrors } from './api/errors.ts';
import { rateBody } from './api/fleet.ts';
import type { Environment } from './config.ts';
import { OverviewStream } from './overview/overview-stream.ts';
import { createOverviewReader } from './overview/read-overview.ts';
import { serveAssets } from './pages/assets.ts';
import { createPages } from './pages/create-pages.ts';
import { IMPORT_MAP_HASH } from './pages/layout.ts';
import { renderLiveParts } from './pages/overview/overview-page.ts';
import { createQueuePages } from './queues/create-queue-pages.ts';

export interface BoardOptions {
  settings: Pick<Settings, 'BOARD_USER' | 'BOARD_PASSWORD' | 'BOARD_READ_ONLY'>;
  environment: Environment;
  database: Database;
  queues: Queues;
  log: Log;
  stopping: AbortSignal;
}

/**
 * The board as one Express application: the overview, a page for each app, Bull Board, and the HTTP API.
 *
 * Access is checked before anything else, and every write is logged, refused ones included.
 */
export function createBoard(options: BoardOptions): { app: Express; stream: OverviewStream } {
  const { settings, environment, database, queues, log, stopping } = options;
  const { BOARD_USER: user, BOARD_PASSWORD: password, BOARD_READ_ONLY: readOnly } = settings;
  const read = createOverviewReader({ database, queues });
  const stream = new OverviewStream({
    read,
    render: (overview) =>
      Object.fromEntries(
        Object.entries(renderLiveParts(overview, { readOnly })).map(([id, part]) => [id, part.text]),
      ),
    stopping,
    log,
  });

  const app = express();
  app.disable('x-powered-by');
  app.use(securityHeaders({ scriptHash: IMPORT_MAP_HASH }));
  app.use(requireAccess({ credentials: user && password ? { user, password } : undefined, log }));
  app.use(auditWrites(log), requireSameOrigin);
  if (readOnly) app.use(refuseWrites);
  app.use(
    '/queues',
    securityHeaders(),
    createQueuePages({
      queues,
      basePath: '/queues',
      environment,
      readOnly,
      setFleetRate: async (rate) => {
        const { requestsPerSecond } = rateBody.parse({ requestsPerSecond: rate });
        await updateFleetSettings(database, { fetchRate: requestsPerSecond });
      },
    }),
  );
  app.use('/assets', serveAssets());
  app.use('/api', createApi({ database, read, stream }), sendApiErrors(log));
  app.use(createPages({ database, read, log, mode: { environment, readOnly } }));
  return { app, stream };
}
