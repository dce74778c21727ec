import { isDatabaseUnavailable } from '@pics/database';
import { ZodError } from 'zod';
import { ApiError } from './api-error.ts';

/** What to answer when a request came to nothing: an HTTP status, and a sentence for whoever made it. */
export function describeFailure(error: unknown): { status: number; sentence: string } {
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
