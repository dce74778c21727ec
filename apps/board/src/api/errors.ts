import { isDatabaseUnavailable } from '@pics/database';
import type { ErrorRequestHandler } from 'express';
import { ZodError } from 'zod';
import type { Log } from '../access/audit.ts';

/** A request that cannot be served: its HTTP status, and a message that is shown to the client. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: number;
  /** The same for Bull Board, which looks for this name. */
  readonly statusCode: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
    this.statusCode = status;
  }
}

/**
 * Sends errors as `{ error }`, one sentence: 400 for an invalid request, 503 while the database is unreachable, 500 for
 * anything unexpected, which is logged and not shown.
 */
export function sendApiErrors(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const { status, message } = describeFailure(error);
    if (status === 500)
      log.error({ err: error, method: request.method, path: request.path }, 'request failed');
    response.status(status).json({ error: message });
  };
}

/** The HTTP status of a failed request, and a sentence for the client. */
export function describeFailure(error: unknown): { status: number; message: string } {
  if (error instanceof ApiError) return { status: error.status, message: error.message };
  if (error instanceof ZodError) {
    const faults = error.issues
      .slice(0, 3)
      .map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
    return { status: 400, message: `${faults.join('; ')}.` };
  }
  // Refused by express or its body parser: malformed JSON, too large, a path that cannot be decoded.
  if (isClientError(error)) return { status: error.status, message: error.message };
  if (isDatabaseUnavailable(error)) return { status: 503, message: 'The database is unreachable.' };
  return { status: 500, message: 'Internal error. The log of the board has the details.' };
}

function isClientError(error: unknown): error is Error & { status: number } {
  return (
    error instanceof Error &&
    'status' in error &&
    typeof error.status === 'number' &&
    error.status >= 400 &&
    error.status < 500
  );
}
