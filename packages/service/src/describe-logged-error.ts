/** How many causes, or errors in one, are followed. */
const MOST_NESTED = 5;

interface LoggedError {
  type: string;
  message: string;
  code?: string;
  stack?: string;
  cause?: LoggedError;
  errors?: LoggedError[];
}

/**
 * An error as a log shows it: class, message, code, stack and what caused it, and nothing else.
 *
 * Libraries hang more onto their errors than anyone should read: ioredis the command with its arguments, which for AUTH is
 * the password; Node the URL that does not parse, with user and password in it; pg the values of the row.
 */
export function describeLoggedError(error: unknown, nested = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: withoutCredentials(String(error)) };
  const follow = nested < MOST_NESTED;
  return {
    type: error.name,
    message: withoutCredentials(error.message),
    ...('code' in error && typeof error.code === 'string' && { code: error.code }),
    ...(error.stack !== undefined && { stack: withoutCredentials(error.stack) }),
    ...(follow && error.cause !== undefined && { cause: describeLoggedError(error.cause, nested + 1) }),
    ...(follow &&
      error instanceof AggregateError && {
        errors: error.errors.slice(0, MOST_NESTED).map((one) => describeLoggedError(one, nested + 1)),
      }),
  };
}

/** Takes user and password out of URLs that a message quotes. */
function withoutCredentials(text: string): string {
  return text.replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@"']*:[^\s@"']*@/gi, '$1***@');
}
