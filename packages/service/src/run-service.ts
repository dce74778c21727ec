import type { RequestListener } from 'node:http';
import { hostname } from 'node:os';
import { plainLines } from '@pics/core';
import type { Registry } from 'prom-client';
import manifest from '../package.json' with { type: 'json' };
import { awaitWithin, READ_TIMEOUT_MS } from './await-within.ts';
import { createRegistry } from './create-registry.ts';
import { endWhenFrozen } from './end-when-frozen.ts';
import { environment } from './environment.ts';
import { startHealthServer, toPublicReason, type Reason } from './health-server.ts';
import { createLogger, type Logger } from './logger.ts';
import { ProgressWatch, type ProgressSource } from './progress-watch.ts';
import { parseSettings, SettingsError, type SettingName, type SettingsWith } from './settings.ts';
import { shareReading } from './share-reading.ts';
import { listenForShutdown, type Shutdown } from './shutdown.ts';
import { NO_TRACING, type Tracing, type TracingOptions } from './tracing.ts';

/** The version of this project; all of its packages carry the same. */
const version: string = manifest.version;

/** How many times progress is checked within the watchdog's time: every 5 s of its default of 10 minutes. */
const CHECKS = 120;

/** How long one look at readiness serves all who ask: strangers cannot make a service ask its servers more often. */
const LOOK_SHARED_MS = 1_000;

/** How long one condition of readiness may take: a little longer than it waits for its servers. */
const CHECK_TIMEOUT_MS = READ_TIMEOUT_MS + 1_000;

type FindReason = () => Reason | Promise<Reason>;

/** What a service is given to start and to run. */
export interface Service<Required extends SettingName = SettingName> extends Shutdown {
  settings: SettingsWith<Required>;
  log: Logger;
  /** Served at `/metrics`. */
  metrics: Registry;
  tracing: Tracing;
  /** Adds a condition of readiness: a function that returns why the service is not ready. `/readyz` reports the first reason. */
  addReadinessCheck: (findReason: FindReason) => void;
  /** Makes readiness and the watchdog depend on this progress. */
  watchProgress: (source: ProgressSource) => void;
  /** The state of this replica. */
  describe: () => Promise<ServiceStatus>;
  /** Serves every path other than those of health and metrics. */
  serveOtherPaths: (listener: RequestListener) => void;
}

/** The state of one replica of a service. */
export interface ServiceStatus {
  service: string;
  /** Identifies it among the replicas of its service. */
  replica: string;
  version: string;
  /** ISO 8601. */
  startedAt: string;
  /** Why it is not ready, as `/readyz` reports it; undefined while it is. */
  reason: Reason;
}

interface ServiceDefinition<Required extends SettingName> {
  name: string;
  /** Used when PORT is not set. */
  port: number;
  required: readonly Required[];
  /** Chooses the address to listen on; every address by default. */
  findHost?: (settings: SettingsWith<Required>) => string | undefined;
  /** Connects the service and starts its work; resolves when it is running. */
  start: (service: Service<Required>) => Promise<void>;
}

/**
 * Runs one service for the life of the process: settings, logger, health, metrics, tracing, and an orderly end (see
 * `listenForShutdown`). Invalid settings exit with code 2 and list every problem on stderr.
 */
export async function runService<Required extends SettingName>(
  definition: ServiceDefinition<Required>,
): Promise<void> {
  const { name } = definition;
  const variables = environment();
  const settings = readSettings(definition, variables);
  const replica = `${variables['RAILWAY_REPLICA_ID'] ?? hostname()}/${process.pid}`;
  const startedAt = new Date().toISOString();
  let tracing = NO_TRACING;
  const traced = settings.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined;
  const log = createLogger({
    service: name,
    level: settings.LOG_LEVEL,
    replica,
    addFields: traced ? () => tracing.getLogFields() : undefined,
  });
  // Before anything that waits: as process 1 of a container, a process without a listener ignores SIGTERM.
  const shutdown = listenForShutdown(log, settings.DRAIN_TIMEOUT_MS);
  endWhenFrozen();
  tracing = await startTracing(settings.OTEL_EXPORTER_OTLP_ENDPOINT, {
    service: name,
    version,
    replica,
    onError: (message) => log.warn({ message }, 'spans cannot be exported'),
  });

  const readinessChecks: FindReason[] = [];
  const findFirstReason = async () => {
    if (readinessChecks.length === 0) return 'starting';
    for (const findReason of readinessChecks) {
      const reason = await awaitReason(findReason);
      if (reason) return reason;
    }
    return undefined;
  };
  const logChange = logChangesOfReason(log);
  const look = shareReading(async () => {
    const reason = await findFirstReason();
    logChange(reason);
    return reason;
  }, LOOK_SHARED_MS);
  const findReasonNotReady = async () => (shutdown.stopping.aborted ? 'stopping' : await look());

  const metrics = createRegistry(name, version, findReasonNotReady);
  let otherPaths: RequestListener | undefined;
  const service: Service<Required> = {
    ...shutdown,
    settings,
    log,
    metrics,
    tracing,
    addReadinessCheck: (findReason) => readinessChecks.push(findReason),
    watchProgress: (source) => {
      const watch = new ProgressWatch(source, settings.WATCHDOG_MS);
      readinessChecks.push(async () => {
        // The timer below ends the service; here a stall is only reported. Looking for an outage may take longer.
        await awaitWithin(
          watch.check().catch(() => {}),
          CHECK_TIMEOUT_MS,
        );
        return watch.findReason();
      });
      const check = () => void watch.check().catch(shutdown.stop);
      const timer = setInterval(check, settings.WATCHDOG_MS / CHECKS);
      shutdown.onClose('progress watch', () => clearInterval(timer));
    },
    describe: async () => ({
      service: name,
      replica,
      version,
      startedAt,
      reason: await findReasonNotReady(),
    }),
    serveOtherPaths: (listener) => {
      otherPaths = listener;
    },
  };
  try {
    const host = definition.findHost?.(settings);
    const health = await startHealthServer(settings.PORT ?? definition.port, host, {
      get otherPaths() {
        return otherPaths;
      },
      service: name,
      metrics,
      metricsToken: settings.METRICS_TOKEN,
      findReasonNotReady,
    });
    service.onClose('tracing', () => tracing.close());
    service.onClose('health', () => health.close());
    await definition.start(service);
    log.info({ port: health.port }, 'started');
  } catch (error) {
    if (!shutdown.stopping.aborted) shutdown.stop(error);
  }
}

/** A condition that fails or hangs is a reason as well. */
async function awaitReason(findReason: FindReason): Promise<Reason> {
  const responded = async () => ({ reason: await findReason() });
  try {
    const response = await awaitWithin(responded(), CHECK_TIMEOUT_MS);
    return response ? response.reason : 'no response to a check of readiness';
  } catch (error) {
    return `a check of readiness failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Returns a function that logs a reason, with its details, when it is another one than before. Numbers do not count. */
function logChangesOfReason(log: Logger): (reason: Reason) => void {
  let last: Reason = 'starting';
  return (reason) => {
    const kind = toPublicReason(reason)?.replaceAll(/\d+/g, '#');
    if (kind === last) return;
    last = kind;
    if (reason) log.warn({ reason }, 'not ready');
    else log.info('ready');
  };
}

/** Loads OpenTelemetry only when there is a collector (its bare API comes with prom-client). */
async function startTracing(endpoint: string | undefined, options: TracingOptions): Promise<Tracing> {
  if (endpoint === undefined) return NO_TRACING;
  const { startOtlpTracing } = await import('./otlp-tracing.ts');
  return startOtlpTracing(options);
}

function readSettings<Required extends SettingName>(
  definition: ServiceDefinition<Required>,
  variables: Record<string, string>,
): SettingsWith<Required> {
  try {
    return parseSettings(variables, definition.required);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${definition.name}: invalid settings\n${plainLines(error.message)}\n`);
    process.exit(2);
  }
}
