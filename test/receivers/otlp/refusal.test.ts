import t from "tap";
import { ConsumeError } from "../../../src/component/consume-error.ts";
import { RequestError, type RejectionReason } from "../../../src/net/request-error.ts";
import { InvalidRequestError } from "../../../src/pdata/invalid-request-error.ts";
import { refusalOf } from "../../../src/receivers/otlp/refusal.ts";

interface Row {
  readonly error: unknown;
  readonly reason: RejectionReason;
  readonly grpc: number;
  readonly http: number;
  /** Code in the body over HTTP, where it is not that of gRPC. */
  readonly httpCode?: number;
  readonly message: string;
  /** Over gRPC, where it says more. */
  readonly grpcMessage?: string;
  readonly retryDelayMs?: number;
}

const path = "resource_spans[0].scope_spans[0].spans[0].trace_id";

const table: readonly Row[] = [
  {
    error: new InvalidRequestError(path, "15 bytes, 16 expected"),
    reason: "bad_data",
    grpc: 3,
    http: 400,
    message: `${path}: 15 bytes, 16 expected`,
  },
  {
    error: new RequestError("too_large", "big"),
    reason: "too_large",
    grpc: 8,
    http: 400,
    httpCode: 3,
    message: "big",
    grpcMessage: "big (max_recv_msg_size_mib)",
  },
  {
    error: new RequestError("unsupported_encoding", "enc"),
    reason: "unsupported_encoding",
    grpc: 12,
    http: 400,
    httpCode: 3,
    message: "enc",
  },
  {
    error: new RequestError("corrupt_encoding", "enc"),
    reason: "corrupt_encoding",
    grpc: 3,
    http: 400,
    message: "enc",
  },
  { error: new RequestError("garbled", "head"), reason: "garbled", grpc: 3, http: 400, message: "head" },
  {
    error: new RequestError("unused_signal", "unknown service x"),
    reason: "unused_signal",
    grpc: 12,
    http: 400,
    httpCode: 3,
    message: "unknown service x",
  },
  { error: new RequestError("deadline", "late"), reason: "deadline", grpc: 4, http: 400, httpCode: 3, message: "late" },
  {
    error: new ConsumeError("refused", "data refused due to high memory usage"),
    reason: "refused",
    grpc: 14,
    http: 503,
    message: "data refused due to high memory usage",
    retryDelayMs: 1000,
  },
  {
    error: new ConsumeError("retryable", "sending queue is full", { retryAfterMs: 2500 }),
    reason: "unavailable",
    grpc: 14,
    http: 503,
    message: "sending queue is full",
    retryDelayMs: 2500,
  },
  {
    error: new ConsumeError("retryable", "wait", { retryAfterMs: 60_000, grpcStatus: 8 }),
    reason: "unavailable",
    grpc: 14,
    http: 503,
    message: "wait",
    retryDelayMs: 3000,
  },
  {
    error: new ConsumeError("retryable", "soon", { retryAfterMs: 10 }),
    reason: "unavailable",
    grpc: 14,
    http: 503,
    message: "soon",
    retryDelayMs: 1000,
  },
  {
    error: new ConsumeError("permanent", "cannot be"),
    reason: "permanent",
    grpc: 13,
    http: 500,
    message: "Permanent error: cannot be",
  },
  {
    error: new ConsumeError("permanent", "bad token", { grpcStatus: 16 }),
    reason: "permanent",
    grpc: 16,
    http: 401,
    message: "bad token",
  },
  {
    error: new ConsumeError("permanent", "denied", { grpcStatus: 7 }),
    reason: "permanent",
    grpc: 7,
    http: 403,
    message: "denied",
  },
  {
    error: new ConsumeError("permanent", "no such call", { grpcStatus: 12 }),
    reason: "permanent",
    grpc: 12,
    http: 404,
    message: "no such call",
  },
  {
    error: new ConsumeError("permanent", "invalid", { grpcStatus: 3 }),
    reason: "permanent",
    grpc: 3,
    http: 400,
    message: "invalid",
  },
  {
    error: new ConsumeError("permanent", "gone", { grpcStatus: 14 }),
    reason: "permanent",
    grpc: 13,
    http: 500,
    message: "Permanent error: gone",
  },
  {
    error: new TypeError("x is not a function"),
    reason: "unavailable",
    grpc: 14,
    http: 503,
    message: "internal error, try again later",
    retryDelayMs: 1000,
  },
  {
    error: "thrown text",
    reason: "unavailable",
    grpc: 14,
    http: 503,
    message: "internal error, try again later",
    retryDelayMs: 1000,
  },
];

t.test("refusalOf() turns every error into an answer for both protocols", (t) => {
  for (const { error, reason, grpc, http, httpCode, message, grpcMessage, retryDelayMs } of table) {
    const overGrpc = refusalOf(error, "grpc");
    t.match(
      overGrpc,
      { reason, status: { code: grpc, message: grpcMessage ?? message } },
      `${reason} ${message} over gRPC`,
    );
    t.equal(overGrpc.status.retryDelayMs, retryDelayMs);
    const overHttp = refusalOf(error, "http");
    t.match(
      overHttp,
      { reason, httpStatus: http, status: { code: httpCode ?? grpc, message } },
      `${reason} ${message} over HTTP`,
    );
    t.equal(overHttp.status.retryDelayMs, retryDelayMs);
    t.not(overHttp.remedy, "");
  }
  t.end();
});

t.test("refusalOf() keeps from the sender what is only for the log", (t) => {
  const refusal = refusalOf(new TypeError("x is not a function"), "http");
  t.equal(refusal.error, "x is not a function");
  t.notMatch(refusal.status.message, "function");
  t.end();
});
