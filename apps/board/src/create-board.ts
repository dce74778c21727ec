import { updateFleetSettings, type Database } from '@pics/database';
import type { Queues } from '@pics/queue';
import type { Settings } from '@pics/service';
import type { Log } from './log.ts';
import express, { type Express } from 'express';
import { auditWrites } from './access/audit.ts';
import { refuseWhenReadOnly } from './access/refuse-when-read-only.ts';
import { requireAccess } from './access/require-access.ts';
import { requireSameOrigin } from './access/require-same-origin.ts';
import { securityHeaders } from './access/security-headers.ts';
import { rateBody } from './api/bodies.ts';
import { createApi } from './api/create-api.ts';
import { answerApiErrors } from './api/answer-errors.ts';
import { serveAssets } from './assets.ts';
import type { Environment } from './environment.ts';
import { createOverviewReader } from './overview/read-overview.ts';
import { OverviewStream } from './overview/overview-stream.ts';
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
 * The board as one express application: the overview, a page for each app, Bull Board, and the HTTP API.
 *
 * Every request first shows that it may; every write leaves a line in the log, also one that is refused.
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
  if (readOnly) app.use(refuseWhenReadOnly);
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
  app.use('/api', createApi({ database, read, stream }), answerApiErrors(log));
  app.use(createPages({ database, read, log, mode: { environment, readOnly } }));
  return { app, stream };
}
