import type { Log } from '../log.ts';
import type { ErrorRequestHandler } from 'express';
import { describeFailure } from './describe-failure.ts';

/**
 * Answers what went wrong as `{ error }`, one sentence: 400 for a request that is not as it must be, 503 while the database
 * is away, 500 for what nobody expected, which is logged and not shown.
 */
export function answerApiErrors(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const { status, sentence } = describeFailure(error);
    if (status === 500)
      log.error({ err: error, method: request.method, path: request.path }, 'request failed');
    response.status(status).json({ error: sentence });
  };
}
