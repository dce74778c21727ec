import type { Queues } from '@pics/queue';
import type { Settings } from '@pics/service';
import express, { type Express } from 'express';
import { createQueuePages } from './bull-board.ts';
import { requireAccess } from './require-access.ts';

/** The board as one express application: Bull Board at `/queues`, behind the credentials when there are any. */
export function createBoard({ queues, settings }: { queues: Queues; settings: Settings }): Express {
  const { BOARD_USER: user, BOARD_PASSWORD: password } = settings;
  const app = express();
  app.disable('x-powered-by');
  app.use(requireAccess(user && password ? { user, password } : undefined));
  app.use('/queues', createQueuePages(queues, '/queues'));
  app.get('/', (_request, response) => response.redirect('/queues'));
  return app;
}
