import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestHandler } from 'express';
import { findClientAddress } from './client-address.ts';
import { isRead } from './protect-writes.ts';

/** What the board logs to; the logger of a service is one. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

type Fields = Record<string, unknown>;

const current = new AsyncLocalStorage<Fields>();

/**
 * Logs one line for every write, refused ones included: who made it, from which address, and the status of the response.
 * The code that does the work adds its action and counts with `addToAuditLine`.
 */
export function auditWrites(log: Log): RequestHandler {
  return (request, response, next) => {
    if (isRead(request)) return next();
    const fields: Fields = {};
    response.on('close', () => {
      const { method, originalUrl: path } = request;
      const who: unknown = response.locals['who'];
      const address = findClientAddress(request);
      log.info({ who, address, method, path, status: response.statusCode, ...fields }, 'write request');
    });
    current.run(fields, next);
  };
}

/** Adds fields to the audit line of the current write, such as its action and the number of apps. */
export function addToAuditLine(fields: Fields): void {
  Object.assign(current.getStore() ?? {}, fields);
}
