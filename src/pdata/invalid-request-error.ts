/**
 * A request that is not OTLP. The message is for the sender and names the field path and the reason:
 * `resource_spans[0].scope_spans[2].spans[17].trace_id: 15 bytes, 16 expected`.
 */
export class InvalidRequestError extends Error {
  override readonly name = "InvalidRequestError";
  /** Field path by proto names and indices; empty at the top. */
  readonly path: string;

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(path === "" ? reason : `${path}: ${reason}`, options);
    this.path = path;
  }
}
