/**
 * Why a request was rejected; the values of the label `reason`. Closed list:
 * - `bad_data`: it is not the OTLP message that it should be
 * - `too_large`: it exceeds a size limit
 * - `unsupported_encoding`: its compression is not known here, or switched off
 * - `corrupt_encoding`: its compressed bytes are broken
 * - `unsupported_media_type`, `wrong_method`, `unknown_path`: it is not OTLP over HTTP
 * - `unused_signal`: no pipeline takes this signal
 * - `unauthenticated`: its sender did not show the right credentials
 * - `refused`: no room for it now; the sender is asked to come again
 * - `unavailable`: the pipeline could not take it now; the sender is asked to come again
 * - `permanent`: the pipeline will never take it
 * - `deadline`: the pipeline took longer than the sender was ready to wait
 * - `aborted`: the connection ended before the request was there
 * - `garbled`: the connection does not hold to HTTP
 * - `tls`: TLS on a port without, or the other way round
 * - `overload`: too many connections
 */
export type RejectionReason =
  | "bad_data"
  | "too_large"
  | "unsupported_encoding"
  | "corrupt_encoding"
  | "unsupported_media_type"
  | "wrong_method"
  | "unknown_path"
  | "unused_signal"
  | "unauthenticated"
  | "refused"
  | "unavailable"
  | "permanent"
  | "deadline"
  | "aborted"
  | "garbled"
  | "tls"
  | "overload";

/** A request that was rejected while it was read. The message is for its sender. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  readonly reason: RejectionReason;

  constructor(reason: RejectionReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
