import type { Request, RequestHandler } from 'express';

const READ_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a request only reads. No route of the board changes anything on these methods. */
export function isRead(request: Pick<Request, 'method'>): boolean {
  return READ_METHODS.has(request.method);
}

/** Refuses every write. Mounted in front of the pages, the API and Bull Board, so no route can be missed. */
export const refuseWrites: RequestHandler = (request, response, next) => {
  if (isRead(request)) return next();
  response.status(403).json({ error: 'This board is read-only (BOARD_READ_ONLY).' });
};
