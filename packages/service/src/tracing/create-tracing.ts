import { NO_TRACING, type Tracing } from './tracing.ts';

export interface TracingOptions {
  service: string;
  version: string;
  /** What tells this process from the other replicas of its service. */
  replica: string;
  /** Told once, when spans cannot be delivered. */
  onError: (message: string) => void;
}

/**
 * Collects spans when OTEL_EXPORTER_OTLP_ENDPOINT is set, and loads nothing for it when it is not (but for the bare API,
 * which prom-client brings along).
 */
export async function createTracing(endpoint: string | undefined, options: TracingOptions): Promise<Tracing> {
  if (endpoint === undefined) return NO_TRACING;
  const { startOtlpTracing } = await import('./otlp-tracing.ts');
  return startOtlpTracing(options);
}
