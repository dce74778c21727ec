/** What can stand beside a span. */
export type SpanAttributes = Record<string, string | number | boolean>;

/** A place in a trace, to hang later spans onto. Only `Tracing` looks into it. */
export type SpanContext = object;

/**
 * The spans of what a service does, collected over OTLP when somebody asked for them. When nobody did, `span` just does the
 * work, so that nobody has to ask.
 */
export interface Tracing {
  readonly enabled: boolean;
  /**
   * Does the work as a span under `parent`, else under the span around it. What the work throws is told in the span and
   * thrown on.
   */
  span<Result>(
    name: string,
    attributes: SpanAttributes,
    work: () => Promise<Result>,
    parent?: SpanContext,
  ): Promise<Result>;
  /** The place of the span around the caller; undefined outside of any. */
  findSpanContext(): SpanContext | undefined;
  /** `trace_id` and `span_id` of the span around the caller, for its log lines. */
  getLogFields: () => object;
  /** Delivers what is pending, or gives up after some seconds. */
  close(): Promise<void>;
}

/** Tracing when nobody collects it. */
export const NO_TRACING: Tracing = {
  enabled: false,
  span: (_name, _attributes, work) => work(),
  findSpanContext: () => undefined,
  getLogFields: () => ({}),
  close: async () => {},
};
