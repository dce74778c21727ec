import { pino, type Logger } from 'pino';

export type { Logger };

/**
 * The logger of one process: JSON lines on a pipe, readable ones on a terminal.
 * Connection URLs and keys never reach it; the redaction is a second net under that.
 */
export function createLogger(service: string, level: string, replica: string): Logger {
  return pino({
    level,
    base: { service, replica },
    redact: ['*.password', '*.url', '*.connectionString', '*.authorization', 'url', 'password'],
    ...(process.stdout.isTTY && {
      transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname' } },
    }),
  });
}
