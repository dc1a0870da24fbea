export type LogLevel = "debug" | "info" | "warn" | "error";

export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Structured log of a component; its id, kind and signal are already in it. The level says what the operator must do:
 * `info` nothing, `warn` look when there is time (nothing is lost), `error` act (data was lost or a part stopped).
 */
export interface Logger {
  isEnabled(level: LogLevel): boolean;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /**
   * One entry at level `info` without caller column, whose message is UTF-8 text that may be long and span lines. The
   * text is copied or written before the call returns, so the caller may reuse its buffer. Passes the log sampler.
   */
  block(text: Uint8Array, fields?: LogFields): void;
  /** A logger that adds `fields` to each entry. */
  with(fields: LogFields): Logger;
}
