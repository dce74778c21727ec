import { context, propagation, SpanStatusCode, trace, type Context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { awaitWithin } from './await-within.ts';
import type { Tracing, TracingOptions } from './tracing.ts';

/** How long a service that stops waits for its last spans: they must not take the time it needs to drain. */
const CLOSE_TIMEOUT_MS = 3_000;

/**
 * Exports spans to the collector at OTEL_EXPORTER_OTLP_ENDPOINT, over HTTP. The exporter reads that variable and its standard
 * companions by itself (headers, timeout, resource attributes).
 *
 * While the collector is unreachable, spans are lost and nothing else is affected.
 */
export function startOtlpTracing({ service, version, replica, onError }: TracingOptions): Tracing {
  let reported = false;
  const reportOnce = (error: unknown) => {
    if (!reported) onError(error instanceof Error ? error.message : String(error));
    reported = true;
  };
  setGlobalErrorHandler(reportOnce);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.namespace': 'pics',
      'service.name': `pics-${service}`,
      'service.version': version,
      'service.instance.id': replica,
    }).merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  trace.setGlobalTracerProvider(provider);
  const tracer = trace.getTracer('pics', version);

  return {
    enabled: true,
    span: (name, attributes, work, parent) =>
      tracer.startActiveSpan(
        name,
        { attributes },
        (parent as Context | undefined) ?? context.active(),
        async (span) => {
          try {
            return await work();
          } catch (error) {
            span.setStatus({
              code: SpanStatusCode.ERROR,
              message: error instanceof Error ? error.message : String(error),
            });
            throw error;
          } finally {
            span.end();
          }
        },
      ),
    findSpanContext: () => (trace.getActiveSpan() ? context.active() : undefined),
    getLogFields: () => {
      const span = trace.getActiveSpan()?.spanContext();
      return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
    },
    close: async () => {
      await awaitWithin(provider.shutdown().catch(reportOnce), CLOSE_TIMEOUT_MS);
    },
  };
}
