import { ConsumeError } from "../../component/consume-error.ts";
import { connectionTrouble, type Destination } from "../../net/client/connection-trouble.ts";
import { decodeRpcStatus } from "../../net/client/decode-rpc-status.ts";
import { maxAnswerBytes, type GrpcAnswer } from "../../net/client/grpc-answer.ts";
import type { Outcome } from "../../net/client/otlp/outcome.ts";
import { decodePartialSuccess, fullSuccess } from "../../net/client/otlp/partial-success.ts";
import { RpcCode } from "../../net/rpc-status.ts";
import { codeName, isRetryableCode } from "./status-table.ts";

/** What the end of a call means for the request. */
export function answerOutcome(answer: GrpcAnswer, destination: Destination): Outcome {
  if (answer.code === RpcCode.ok) return successOutcome(answer.body);
  if (answer.isTooLong) {
    return failed("permanent", `answer of ${destination.address} is larger than ${maxAnswerBytes} bytes`, answer.code);
  }
  const status = answer.statusBytes === undefined ? undefined : decodeRpcStatus(answer.statusBytes);
  const retryDelayMs = status?.retryDelayMs;
  const text = failureText(answer, destination);
  if (retryDelayMs === undefined && isAboutSize(answer)) {
    return { status: "too_large", error: new ConsumeError("permanent", text, { grpcStatus: answer.code }) };
  }
  const isRetryable = isRetryableCode(answer.code, retryDelayMs !== undefined) || isBrokenOff(answer.details);
  return failed(isRetryable ? "retryable" : "permanent", text, answer.code, retryDelayMs);
}

function successOutcome(body: Uint8Array | undefined): Outcome {
  const answer = body === undefined ? fullSuccess : decodePartialSuccess(body);
  if (answer !== undefined) return { status: "taken", ...answer };
  // As grpc-go: what cannot be read is an internal error, and those are not tried again.
  return failed("permanent", "rpc error: code = Internal desc = answer is not an OTLP response", RpcCode.internal);
}

function failed(kind: "retryable" | "permanent", text: string, grpcStatus: number, retryDelayMs = 0): Outcome {
  const options = { grpcStatus, ...(retryDelayMs > 0 && { retryAfterMs: retryDelayMs }) };
  return { status: "failed", error: new ConsumeError(kind, text, options) };
}

/**
 * The words of other implementations for a message above their limit. Most say RESOURCE_EXHAUSTED, tonic OUT_OF_RANGE,
 * and a proxy 413, which the library reports as UNKNOWN.
 */
function isAboutSize({ code, details }: GrpcAnswer): boolean {
  if (code === RpcCode.unknown) return details === "Received HTTP status code 413";
  if (code !== RpcCode.resourceExhausted && code !== RpcCode.outOfRange) return false;
  return /larger than|too large|exceeds (the )?max\w*( configured)?( message)? size/i.test(details);
}

/**
 * The stream was reset without a status, so nobody knows what became of the request. Upstream drops it, because the codes
 * that the resets map to (INTERNAL, and RESOURCE_EXHAUSTED of a peer that is short of memory) are final as statuses.
 */
function isBrokenOff(details: string): boolean {
  return /^(Received RST_STREAM with code|Bandwidth exhausted or memory limit exceeded$)/.test(details);
}

function failureText({ code, details }: GrpcAnswer, destination: Destination): string {
  // Balancers wrap each other's words, so the cause stands last.
  const cause = /No connection established\..*Last error: (.*?)\.? Resolution note:/s.exec(details)?.[1];
  if (cause !== undefined) return connectionTrouble(destination, cause);
  if (details.startsWith("Name resolution failed")) return connectionTrouble(destination, details);
  if (code === RpcCode.deadlineExceeded && details.includes("Waiting for LB pick")) {
    return connectionTrouble(destination, "connection attempt timed out");
  }
  if (details === "Connection dropped") return `Lost the connection to ${destination.address} before the answer came`;
  return `rpc error: code = ${codeName(code)} desc = ${clipped(details)}`;
}

/** What a peer wrote goes into logs. */
function clipped(text: string): string {
  return text.length <= 1000 ? text : `${text.slice(0, 1000)}...`;
}
