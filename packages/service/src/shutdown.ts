import type { Logger } from './logger.ts';

/** The orderly end of one process. */
export interface Shutdown {
  /** Aborted as soon as the process is to stop. */
  stopping: AbortSignal;
  /** Registers how to close a resource. Closed in reverse order, all of them, even when one fails. */
  onClose: (name: string, close: () => unknown) => void;
  /** Stops with exit code 0, or with 1 and the error logged. */
  stop: (error?: unknown) => void;
}

/**
 * Listens for what ends the process, and ends it in order.
 *
 * SIGTERM and SIGINT drain: `stopping` is aborted, then every resource is closed in reverse, within `timeoutMs`. What does
 * not finish by then is cut, which the exit code 1 tells; every step can run twice. A second signal ends the process at
 * once, with exit code 1. Uncaught errors stop it too: no broken process stays alive.
 */
export function listenForShutdown(log: Logger, timeoutMs: number): Shutdown {
  const resources: { name: string; close: () => unknown }[] = [];
  const stopping = new AbortController();
  let exitCode = 0;
  let closing: string | undefined;

  const closeAll = async () => {
    for (const { name, close } of resources.toReversed()) {
      closing = name;
      try {
        await close();
      } catch (error) {
        exitCode = 1;
        log.error({ err: error, resource: name }, 'closing failed');
      }
    }
  };

  const stop = (error?: unknown) => {
    if (error !== undefined) {
      exitCode = 1;
      log.fatal({ err: error }, 'service failed');
    }
    if (stopping.signal.aborted) return;
    stopping.abort();
    const deadline = setTimeout(() => {
      log.warn({ timeoutMs, resource: closing }, 'drain timed out: unfinished work will be repeated');
      process.exit(1);
    }, timeoutMs);
    void closeAll().finally(() => {
      clearTimeout(deadline);
      log.info('stopped');
      process.exit(exitCode);
    });
  };

  const onSignal = (signal: string) => {
    if (stopping.signal.aborted) process.exit(1);
    log.info({ signal }, 'draining');
    stop();
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  process.on('uncaughtException', stop).on('unhandledRejection', stop);
  return { stopping: stopping.signal, onClose: (name, close) => resources.push({ name, close }), stop };
}
