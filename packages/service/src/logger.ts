import { escapeJson, flattenJson } from '@pics/core';
import { pino, type Logger } from 'pino';
import { RepeatedWarnings } from './repeated-warnings.ts';

export type { Logger };

/** Fields that are never logged. */
const SECRETS = [
  'password',
  'url',
  'connectionString',
  'authorization',
  'tokens',
  'accessToken',
  'access_token',
  'refusedTokens',
];

export interface LoggerOptions {
  service: string;
  level: string;
  /** Identifies this process among the replicas of its service. */
  replica: string;
  /** Returns fields to add to each line as it is written. */
  addFields?: (() => object) | undefined;
}

/**
 * The logger of one process: JSON lines on a pipe, readable ones on a terminal. Texts from outside, such as errors of a server,
 * cannot control a terminal that shows either.
 *
 * A warning about an error that repeats is logged once a minute, with how often it came. Failed jobs are errors, and each is
 * logged.
 *
 * Connection URLs and keys are never passed to it, and errors are reduced to their own fields; the redaction is a second
 * safeguard.
 */
export function createLogger({ service, level, replica, addFields }: LoggerOptions): Logger {
  const warnings = new RepeatedWarnings();
  return pino({
    level,
    hooks: {
      logMethod(args, method, logLevel) {
        const [fields, message] = args as [unknown, unknown];
        if (logLevel !== pino.levels.values['warn'] || !hasError(fields) || typeof message !== 'string') {
          return method.apply(this, args);
        }
        warnings.write(fields, message, (...line) => method.apply(this, line));
      },
      streamWrite: process.stdout.isTTY ? flattenJson : escapeJson,
    },
    base: { service, replica },
    redact: [...SECRETS, ...SECRETS.map((field) => `*.${field}`)],
    serializers: { err: describeLoggedError },
    ...(addFields && { mixin: () => addFields() }),
    ...(process.stdout.isTTY && {
      transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname' } },
    }),
  });
}

function hasError(fields: unknown): fields is { err: unknown } {
  return typeof fields === 'object' && fields !== null && 'err' in fields;
}

/** How many nested causes, and how many errors of an AggregateError, are logged. */
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
 * An error as it is logged: class, message, code, stack and cause, and nothing else.
 *
 * Libraries attach secrets to their errors: ioredis the command with its arguments, which for AUTH is the password; Node the
 * URL that does not parse, with user and password in it; pg the values of the row.
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

/** Removes user and password from URLs in a message. */
function withoutCredentials(text: string): string {
  return text.replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@"']*:[^\s@"']*@/gi, '$1***@');
}
