import { ConsumeError } from "../../component/consume-error.ts";
import { RequestError, type RejectionReason } from "../../net/request-error.ts";
import { UnauthenticatedError } from "../../net/server-authenticator.ts";
import { RpcCode, type RpcStatus } from "../../net/rpc-status.ts";
import { InvalidRequestError } from "../../pdata/invalid-request-error.ts";

/** What a failed request is answered with, and what is said of it here. */
export interface Refusal {
  readonly reason: RejectionReason;
  readonly status: RpcStatus;
  readonly httpStatus: number;
  /** For the log: what went wrong, with what the sender need not know. */
  readonly error: string;
  /** For the log: what to change so that it does not happen again. */
  readonly remedy: string;
}

/** Clients give up after about ten seconds, so a longer wait would lose their data. */
const shortestWaitMs = 1000;
const longestWaitMs = 3000;

const remedies: Readonly<Record<RejectionReason, string>> = {
  bad_data: "look at the client that made it: these bytes are not valid OTLP",
  too_large: "send smaller batches, or raise max_recv_msg_size_mib (gRPC) or max_request_body_size (HTTP)",
  unsupported_encoding: "set the client's compression to gzip or none",
  corrupt_encoding: "look for a proxy between client and collector that changes bodies",
  unsupported_media_type: "set the client's Content-Type to application/x-protobuf or application/json",
  wrong_method: "send with POST",
  unknown_path: "correct the path in the client's endpoint",
  unused_signal: "name this receiver in a pipeline of the signal, or switch the signal off in the client",
  unauthenticated: "give the client the credentials that auth::authenticator of this receiver asks for",
  refused: "the sender was told to come again; send less, or raise the limits of memory_limiter",
  unavailable: "the sender was told to come again; look for the stage that fails",
  permanent: "look for the stage that refuses this data",
  deadline: "look for the stage that is slow; the data may have been taken all the same",
  aborted: "look for a client that ended or gave up while it was sending",
  garbled: "look for processes that fork and go on using one connection, as Airflow's do",
  tls: "make the TLS settings of client and receiver agree",
  overload: "let clients share connections",
};

/** What gRPC says where HTTP says 400 with code INVALID_ARGUMENT. */
const rpcCodes: Readonly<Partial<Record<RejectionReason, number>>> = {
  too_large: RpcCode.resourceExhausted,
  unsupported_encoding: RpcCode.unimplemented,
  unused_signal: RpcCode.unimplemented,
  deadline: RpcCode.deadlineExceeded,
  aborted: RpcCode.cancelled,
};

/**
 * The one place that turns an error into an answer (reference §4.3, §4.4). Anything unknown counts as a failure that may
 * pass.
 */
export function refusalOf(error: unknown, transport: "grpc" | "http"): Refusal {
  if (error instanceof InvalidRequestError) return refuse("bad_data", RpcCode.invalidArgument, error.message, 400);
  if (error instanceof UnauthenticatedError) {
    const { reason, message, logText } = error;
    return { ...refuse(reason, RpcCode.unauthenticated, message, 401), error: logText };
  }
  if (error instanceof RequestError) {
    const { reason, message } = error;
    if (transport === "http") return refuse(reason, RpcCode.invalidArgument, message, 400);
    const option = reason === "too_large" ? " (max_recv_msg_size_mib)" : "";
    return refuse(reason, rpcCodes[reason] ?? RpcCode.invalidArgument, `${message}${option}`, 400);
  }
  if (!(error instanceof ConsumeError)) {
    const text = error instanceof Error ? error.message : String(error);
    return comeAgain("unavailable", "internal error, try again later", text, undefined);
  }
  switch (error.kind) {
    case "permanent":
      return permanent(error);
    case "refused":
      return comeAgain("refused", error.message, error.message, error.retryAfterMs);
    case "retryable":
      return comeAgain("unavailable", error.message, error.message, error.retryAfterMs);
  }
}

function comeAgain(
  reason: "refused" | "unavailable",
  message: string,
  error: string,
  retryAfterMs: number | undefined,
): Refusal {
  const retryDelayMs = Math.min(Math.max(retryAfterMs ?? 0, shortestWaitMs), longestWaitMs);
  const status = { code: RpcCode.unavailable, message, retryDelayMs };
  return { reason, status, httpStatus: 503, error, remedy: remedies[reason] };
}

function refuse(reason: RejectionReason, code: number, message: string, httpStatus: number): Refusal {
  return { reason, status: { code, message }, httpStatus, error: message, remedy: remedies[reason] };
}

function permanent(failure: ConsumeError): Refusal {
  const code = failure.grpcStatus;
  if (code === undefined || meansRetry.has(code)) {
    return refuse("permanent", RpcCode.internal, `Permanent error: ${failure.message}`, 500);
  }
  return refuse("permanent", code, failure.message, httpStatuses.get(code) ?? 500);
}

/** Codes after which clients come again: a permanent error must not carry them. */
const meansRetry: ReadonlySet<number> = new Set([
  RpcCode.ok,
  RpcCode.cancelled,
  RpcCode.deadlineExceeded,
  RpcCode.resourceExhausted,
  RpcCode.aborted,
  RpcCode.outOfRange,
  RpcCode.unavailable,
  RpcCode.dataLoss,
]);

const httpStatuses: ReadonlyMap<number, number> = new Map([
  [RpcCode.invalidArgument, 400],
  [RpcCode.unauthenticated, 401],
  [RpcCode.permissionDenied, 403],
  [RpcCode.unimplemented, 404],
]);
