import { Writer } from "../wire/writer.ts";
import { WireType } from "../wire/wire-type.ts";

/** Status codes of gRPC that an answer here may carry: https://grpc.io/docs/guides/status-codes/ */
export const RpcCode = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const;

/** An error as its sender is told: `google.rpc.Status`. */
export interface RpcStatus {
  readonly code: number;
  readonly message: string;
  /** When to come again; becomes a `google.rpc.RetryInfo` detail. */
  readonly retryDelayMs?: number | undefined;
}

const retryInfoUrl = "type.googleapis.com/google.rpc.RetryInfo";

/** `google.rpc.Status` as protobuf. */
export function encodeRpcStatus(status: RpcStatus): Uint8Array {
  const writer = new Writer(256);
  if (status.code !== 0) {
    writer.writeTag(1, WireType.varint);
    writer.writeVarint32(status.code);
  }
  if (status.message !== "") writer.writeString(2, status.message);
  if (status.retryDelayMs !== undefined) {
    const detail = writer.open(3);
    writer.writeString(1, retryInfoUrl);
    writer.writeBytes(2, encodeRetryInfo(status.retryDelayMs));
    writer.close(detail);
  }
  return writer.finish();
}

/** `google.rpc.RetryInfo` as protobuf. */
export function encodeRetryInfo(retryDelayMs: number): Uint8Array {
  const writer = new Writer(32);
  const delay = writer.open(1);
  const seconds = Math.floor(retryDelayMs / 1000);
  const nanos = Math.round((retryDelayMs - seconds * 1000) * 1e6);
  if (seconds > 0) {
    writer.writeTag(1, WireType.varint);
    writer.writeVarint32(seconds);
  }
  if (nanos > 0) {
    writer.writeTag(2, WireType.varint);
    writer.writeVarint32(nanos);
  }
  writer.close(delay);
  return writer.finish();
}

/** `google.rpc.Status` as JSON. */
export function rpcStatusJson(status: RpcStatus): string {
  const { code, message, retryDelayMs } = status;
  if (retryDelayMs === undefined) return JSON.stringify({ code, message });
  return JSON.stringify({
    code,
    message,
    details: [{ "@type": retryInfoUrl, "retryDelay": `${retryDelayMs / 1000}s` }],
  });
}
