/**
 * What the caller should do after a failed `consume`:
 * - `retryable`: the same batch may succeed later; try again, after `retryAfterMs` if given;
 * - `refused`: nothing is wrong with the batch, there is no room for it now; push back on the sender (also retryable);
 * - `permanent`: this batch will never be taken; do not try again.
 */
export type ConsumeErrorKind = "retryable" | "refused" | "permanent";

export interface ConsumeErrorOptions extends ErrorOptions {
  /** How long the caller should wait before the next try, in ms. */
  readonly retryAfterMs?: number;
  /** gRPC status code that the answer to the sender should carry, where the cause had one. */
  readonly grpcStatus?: number;
}

/** The only error that passes between stages. Anything else that is thrown counts as `retryable`. */
export class ConsumeError extends Error {
  override readonly name = "ConsumeError";
  readonly kind: ConsumeErrorKind;
  readonly retryAfterMs: number | undefined;
  readonly grpcStatus: number | undefined;

  constructor(kind: ConsumeErrorKind, message: string, options?: ConsumeErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.retryAfterMs = options?.retryAfterMs;
    this.grpcStatus = options?.grpcStatus;
  }

  /** The error itself, or a retryable one that wraps it. */
  static from(error: unknown): ConsumeError {
    if (error instanceof ConsumeError) return error;
    return new ConsumeError("retryable", error instanceof Error ? error.message : String(error), { cause: error });
  }
}
