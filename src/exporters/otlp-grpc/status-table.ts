import { RpcCode } from "../../net/rpc-status.ts";

/** Whether the OTLP specification lets a request with this status be sent again. */
export function isRetryableCode(code: number, hasRetryInfo: boolean): boolean {
  switch (code) {
    case RpcCode.cancelled:
    case RpcCode.deadlineExceeded:
    case RpcCode.aborted:
    case RpcCode.outOfRange:
    case RpcCode.unavailable:
    case RpcCode.dataLoss:
      return true;
    case RpcCode.resourceExhausted:
      // Without RetryInfo nothing says that the peer will recover.
      return hasRetryInfo;
    default:
      return false;
  }
}

/** Go's names of the codes, by number; they stand in upstream's messages. */
const codeNames = [
  "OK",
  "Canceled",
  "Unknown",
  "InvalidArgument",
  "DeadlineExceeded",
  "NotFound",
  "AlreadyExists",
  "PermissionDenied",
  "ResourceExhausted",
  "FailedPrecondition",
  "Aborted",
  "OutOfRange",
  "Unimplemented",
  "Internal",
  "Unavailable",
  "DataLoss",
  "Unauthenticated",
] as const;

export function codeName(code: number): string {
  return codeNames[code] ?? `Code(${code})`;
}
