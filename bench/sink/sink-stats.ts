/** What a sink has answered with success since it started. */
export interface SinkStats {
  /** Spans, data points and log records, or Wavefront spans and points. */
  readonly items: number;
  readonly requests: number;
  /** As they came, so compressed. */
  readonly bodyBytes: number;
  /** Wavefront lines of other kinds: span logs, and an exporter's points about itself. */
  readonly otherLines: number;
  readonly cpuSeconds: number;
}
