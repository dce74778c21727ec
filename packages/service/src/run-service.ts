import type { RequestListener } from 'node:http';
import { hostname } from 'node:os';
import type { Registry } from 'prom-client';
import { environment } from './environment.ts';
import { startHealthServer, type Reason } from './health-server.ts';
import { createLogger, type Logger } from './logger.ts';
import { createRegistry } from './metrics/create-registry.ts';
import { ProgressWatch, type ProgressSource } from './progress-watch.ts';
import { parseSettings, SettingsError, type SettingName, type SettingsWith } from './settings.ts';
import { createTracing } from './tracing/create-tracing.ts';
import type { Tracing } from './tracing/tracing.ts';
import { version } from './version.ts';

/** How often progress is looked at within the watchdog's time: every 5 s of its default of 10 minutes. */
const LOOKS = 120;

/** What a service gets to stand on while it starts and runs. */
export interface Service<Required extends SettingName = SettingName> {
  settings: SettingsWith<Required>;
  log: Logger;
  /** What `/metrics` answers. */
  metrics: Registry;
  tracing: Tracing;
  /** Aborted as soon as the service is to stop: loops end, nothing new is begun. */
  stopping: AbortSignal;
  /** Registers how to close a resource that was just opened. Closed in reverse order, all of them, even when one fails. */
  onClose: (name: string, close: () => unknown) => void;
  /** Registers a reason not to be ready; the first that gives one is told on `/readyz`. */
  onReadiness: (findReason: () => Reason | Promise<Reason>) => void;
  /** Lets readiness and the watchdog follow this progress. */
  watchProgress: (source: ProgressSource) => void;
  /** Tells how this replica stands. */
  describe: () => Promise<ServiceStatus>;
  /** Answers the paths that health and metrics leave over. */
  answerOtherPaths: (listener: RequestListener) => void;
  /** Ends the service in good order: with exit code 0, or with 1 and the error logged. */
  stop: (error?: unknown) => void;
}

/** How one replica of a service stands. */
export interface ServiceStatus {
  service: string;
  /** What tells it from the other replicas of its service. */
  replica: string;
  version: string;
  /** ISO 8601. */
  startedAt: string;
  /** Why it is not doing its work right now, as `/readyz` tells it; undefined while it is. */
  reason: Reason;
}

interface ServiceDefinition<Required extends SettingName> {
  name: string;
  /** Used when PORT is not set. */
  port: number;
  required: readonly Required[];
  /** The address to listen on; every one unless told otherwise. */
  findHost?: (settings: SettingsWith<Required>) => string;
  /** Opens what the service needs and sets it going; resolves when it is under way. */
  start: (service: Service<Required>) => Promise<void>;
}

/**
 * Runs one service for the life of the process: settings, logger, health, start, and an orderly end.
 *
 * SIGTERM and SIGINT drain: `stopping` is aborted, then everything opened is closed in reverse, within DRAIN_TIMEOUT_MS.
 * What does not finish by then is left as it is and comes back by itself (every step can run twice); a second signal ends
 * the process at once, with exit code 1. Bad settings exit 2 with every fault on stderr. Nothing that throws unseen keeps a broken process alive.
 */
export async function runService<Required extends SettingName>(
  definition: ServiceDefinition<Required>,
): Promise<void> {
  const variables = environment();
  const settings = readSettings(definition, variables);
  const replica = `${variables['RAILWAY_REPLICA_ID'] ?? hostname()}/${process.pid}`;
  const startedAt = new Date().toISOString();
  const tracing = await createTracing(settings.OTEL_EXPORTER_OTLP_ENDPOINT, {
    service: definition.name,
    version,
    replica,
    onError: (message) => log.warn({ message }, 'spans cannot be delivered'),
  });
  const log = createLogger({
    service: definition.name,
    level: settings.LOG_LEVEL,
    replica,
    addFields: tracing.enabled ? tracing.getLogFields : undefined,
  });

  const closers: { name: string; close: () => unknown }[] = [];
  const readiness: (() => Reason | Promise<Reason>)[] = [];
  const stopping = new AbortController();
  let otherPaths: RequestListener | undefined;
  let exitCode = 0;

  const closeAll = async () => {
    for (const { name, close } of closers.toReversed()) {
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
      log.warn(
        { timeoutMs: settings.DRAIN_TIMEOUT_MS },
        'drain timed out: what is unfinished will be done again',
      );
      process.exit(exitCode);
    }, settings.DRAIN_TIMEOUT_MS);
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

  const findReasonNotReady = async () => {
    if (stopping.signal.aborted) return 'stopping';
    for (const findReason of readiness) {
      const reason = await findReason();
      if (reason) return reason;
    }
    return readiness.length === 0 ? 'starting' : undefined;
  };

  const metrics = createRegistry(definition.name, findReasonNotReady);
  const service: Service<Required> = {
    settings,
    log,
    metrics,
    tracing,
    stopping: stopping.signal,
    onClose: (name, close) => closers.push({ name, close }),
    onReadiness: (findReason) => readiness.push(findReason),
    watchProgress: (source) => {
      const watch = new ProgressWatch(source, settings.WATCHDOG_MS);
      readiness.push(async () => {
        await watch.look().catch(() => {}); // A stall is told below, and ends the service at the next look.
        return watch.findReason();
      });
      const timer = setInterval(() => void watch.look().catch(stop), settings.WATCHDOG_MS / LOOKS);
      closers.push({ name: 'progress watch', close: () => clearInterval(timer) });
    },
    describe: async () => ({
      service: definition.name,
      replica,
      version,
      startedAt,
      reason: await findReasonNotReady(),
    }),
    answerOtherPaths: (listener) => {
      otherPaths = listener;
    },
    stop,
  };
  try {
    const host = definition.findHost?.(settings) ?? '::';
    const health = await startHealthServer(settings.PORT ?? definition.port, host, {
      get otherPaths() {
        return otherPaths;
      },
      service: definition.name,
      metrics,
      findReasonNotReady,
    });
    service.onClose('tracing', () => tracing.close());
    service.onClose('health', () => health.close());
    await definition.start(service);
    log.info({ port: health.port }, 'started');
  } catch (error) {
    if (!stopping.signal.aborted) stop(error);
  }
}

function readSettings<Required extends SettingName>(
  definition: ServiceDefinition<Required>,
  variables: Record<string, string>,
): SettingsWith<Required> {
  try {
    return parseSettings(variables, definition.required);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${definition.name} cannot start, its settings need mending:\n${error.message}\n`);
    process.exit(2);
  }
}
