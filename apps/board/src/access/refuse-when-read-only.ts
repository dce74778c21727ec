import type { RequestHandler } from 'express';
import { isReading } from './require-same-origin.ts';

/** Refuses every write, of the pages, the API and Bull Board alike: nothing can be forgotten. */
export const refuseWhenReadOnly: RequestHandler = (request, response, next) => {
  if (isReading(request)) return next();
  response.status(403).json({ error: 'This board is read only (BOARD_READ_ONLY).' });
};
