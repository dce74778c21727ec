/** The attributes of a span. */
export type SpanAttributes = Record<string, string | number | boolean>;

/** The context of a span, to use as the parent of later spans. Opaque to everything but `Tracing`. */
export type SpanContext = object;

/**
 * The spans of a service, exported over OTLP when a collector is configured. Without one, `span` just does the work, so that
 * callers need not check.
 */
export interface Tracing {
  readonly enabled: boolean;
  /**
   * Does the work in a span under `parent`, else under the active span. An error of the work is recorded in the span and
   * rethrown.
   */
  span<Result>(
    name: string,
    attributes: SpanAttributes,
    work: () => Promise<Result>,
    parent?: SpanContext,
  ): Promise<Result>;
  /** The context of the active span; undefined outside of any. */
  findSpanContext(): SpanContext | undefined;
  /** `trace_id` and `span_id` of the active span, for log lines. */
  getLogFields: () => object;
  /** Exports pending spans, or gives up after a few seconds. */
  close(): Promise<void>;
}

export interface TracingOptions {
  service: string;
  version: string;
  /** Identifies this process among the replicas of its service. */
  replica: string;
  /** Called once, when spans cannot be exported. */
  onError: (message: string) => void;
}

/** Tracing without a collector. */
export const NO_TRACING: Tracing = {
  enabled: false,
  span: (_name, _attributes, work) => work(),
  findSpanContext: () => undefined,
  getLogFields: () => ({}),
  close: async () => {},
};
