import { RpcCode } from "../../net/rpc-status.ts";

/** Whether the OTLP specification lets a request with this answer be sent again. */
export function isRetryableStatus(statusCode: number): boolean {
  return statusCode === 429 || statusCode === 502 || statusCode === 503 || statusCode === 504;
}

/** The gRPC code that an error of this status is passed on with. */
export function rpcCodeOf(statusCode: number): number {
  switch (statusCode) {
    case 400:
      return RpcCode.invalidArgument;
    case 401:
      return RpcCode.unauthenticated;
    case 403:
      return RpcCode.permissionDenied;
    case 404:
      return RpcCode.unimplemented;
    case 429:
      return RpcCode.resourceExhausted;
    case 502:
    case 503:
    case 504:
      return RpcCode.unavailable;
    default:
      return RpcCode.unknown;
  }
}
