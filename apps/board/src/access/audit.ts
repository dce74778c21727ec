import { AsyncLocalStorage } from 'node:async_hooks';
import type { Log } from '../log.ts';
import type { RequestHandler } from 'express';
import { isReading } from './require-same-origin.ts';

type Note = Record<string, unknown>;

const current = new AsyncLocalStorage<Note>();

/**
 * Logs one line for every write when it is answered, whatever the answer: who asked, from where, for what, and what came of
 * it. Whoever does the work adds what it was with `noteWrite`.
 */
export function auditWrites(log: Log): RequestHandler {
  return (request, response, next) => {
    if (isReading(request)) return next();
    const note: Note = {};
    response.on('close', () => {
      const { method, originalUrl: path, socket } = request;
      const who: unknown = response.locals['who'];
      log.info(
        { who, address: socket.remoteAddress, method, path, status: response.statusCode, ...note },
        'write',
      );
    });
    current.run(note, next);
  };
}

/** Adds to the audit line of the write that is under way: which action, and how many it concerned. */
export function noteWrite(note: Note): void {
  Object.assign(current.getStore() ?? {}, note);
}
