import type { Span, Telemetry } from 'bullmq';

/**
 * What BullMQ makes spans of that belong to the way of a batch. It also makes some of its housekeeping, several a second in
 * a worker that has nothing to do.
 */
const TOLD = /^(add|process) /;

/**
 * Loads what carries traces through jobs: a job is a span where it is added and one where it is worked on, and the second
 * is under the first, in whichever process it runs.
 *
 * @param enabled nothing is loaded when false.
 */
export async function loadTelemetry(enabled: boolean): Promise<Telemetry | undefined> {
  if (!enabled) return undefined;
  const { BullMQOtel } = await import('bullmq-otel');
  const { tracer, contextManager }: Telemetry = new BullMQOtel({ tracerName: 'pics' });
  return {
    contextManager,
    tracer: {
      startSpan: (name, options, context) =>
        TOLD.test(name) ? tracer.startSpan(name, options, context) : UNTOLD,
    },
  };
}

const UNTOLD: Span = {
  setSpanOnContext: (context) => context,
  setAttribute: () => {},
  setAttributes: () => {},
  addEvent: () => {},
  recordException: () => {},
  end: () => {},
};
