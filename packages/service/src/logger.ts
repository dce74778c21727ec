import { pino, type Logger } from 'pino';
import { describeLoggedError } from './describe-logged-error.ts';

export type { Logger };

export interface LoggerOptions {
  service: string;
  level: string;
  /** What tells this process from the other replicas of its service. */
  replica: string;
  /** Fields to add to each line as it is written. */
  addFields?: (() => object) | undefined;
}

/**
 * The logger of one process: JSON lines on a pipe, readable ones on a terminal.
 *
 * Connection URLs and keys never reach it, and errors are told without what libraries hang onto them; the redaction is one
 * more net under that.
 */
export function createLogger({ service, level, replica, addFields }: LoggerOptions): Logger {
  return pino({
    level,
    base: { service, replica },
    redact: ['*.password', '*.url', '*.connectionString', '*.authorization', 'url', 'password'],
    serializers: { err: describeLoggedError },
    ...(addFields && { mixin: () => addFields() }),
    ...(process.stdout.isTTY && {
      transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname' } },
    }),
  });
}
