import { ConsumeError, type ConsumeErrorKind, type ConsumeErrorOptions } from "../component/consume-error.ts";

/**
 * One error for several branches of a fan-out (reference §3.2): texts joined with `; `, the first gRPC status, the longest
 * delay. `refused` only if every branch refused. Errors for good come here alone, or upstream's rule would hold: one of
 * them makes all permanent.
 */
export function combineErrors(errors: readonly ConsumeError[]): ConsumeError {
  const [first] = errors;
  if (first !== undefined && errors.length === 1) return first;
  const options: { -readonly [K in keyof ConsumeErrorOptions]: ConsumeErrorOptions[K] } = {
    cause: new AggregateError(errors),
  };
  const delaysMs = errors.flatMap((error) => error.retryAfterMs ?? []);
  if (delaysMs.length > 0) options.retryAfterMs = Math.max(...delaysMs);
  const status = errors.find((error) => error.grpcStatus !== undefined)?.grpcStatus;
  if (status !== undefined) options.grpcStatus = status;
  return new ConsumeError(kindOf(errors), errors.map((error) => error.message).join("; "), options);
}

function kindOf(errors: readonly ConsumeError[]): ConsumeErrorKind {
  if (errors.some((error) => error.kind === "permanent")) return "permanent";
  return errors.every((error) => error.kind === "refused") ? "refused" : "retryable";
}
