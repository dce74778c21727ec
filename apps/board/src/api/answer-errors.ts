import { isDatabaseUnavailable } from '@pics/database';
import type { Logger } from '@pics/service';
import type { ErrorRequestHandler } from 'express';
import { ZodError } from 'zod';
import { ApiError } from './api-error.ts';

/**
 * Answers what went wrong as `{ error }`, one sentence: 400 for a request that is not as it must be, 503 while the database
 * is away, 500 for what nobody expected, which is logged and not shown.
 */
export function answerApiErrors(log: Pick<Logger, 'error'>): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const { status, sentence } = describe(error);
    if (status === 500)
      log.error({ err: error, method: request.method, path: request.path }, 'request failed');
    response.status(status).json({ error: sentence });
  };
}

function describe(error: unknown): { status: number; sentence: string } {
  if (error instanceof ApiError) return { status: error.status, sentence: error.message };
  if (error instanceof ZodError) {
    const faults = error.issues
      .slice(0, 3)
      .map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
    return { status: 400, sentence: `${faults.join('; ')}.` };
  }
  // What express and its body parser refuse: no JSON, too large, a path that cannot be decoded.
  if (isClientError(error)) return { status: error.status, sentence: error.message };
  if (isDatabaseUnavailable(error))
    return { status: 503, sentence: 'The database cannot be reached right now.' };
  return { status: 500, sentence: 'Something went wrong here; the log of the board says what.' };
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
