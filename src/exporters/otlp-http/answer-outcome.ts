import { ConsumeError } from "../../component/consume-error.ts";
import { decodeRpcStatus } from "../../net/client/decode-rpc-status.ts";
import type { HttpAnswer } from "../../net/client/http-answer.ts";
import type { Outcome } from "../../net/client/otlp/outcome.ts";
import { decodePartialSuccess, parsePartialSuccess } from "../../net/client/otlp/partial-success.ts";
import { parseRetryAfter } from "./retry-after.ts";
import { isRetryableStatus, rpcCodeOf } from "./status-table.ts";

/** Media types of OTLP, which a request and its answer have in common. */
export const mediaTypes = { proto: "application/x-protobuf", json: "application/json" } as const;

/** What the answer to a request means for it. `url` is for messages. */
export function answerOutcome(answer: HttpAnswer, url: string, nowUnixMs: number): Outcome {
  const { statusCode, headers } = answer;
  if (statusCode >= 200 && statusCode <= 299) return successOutcome(answer);
  const status = statusOf(answer);
  const grpcStatus = rpcCodeOf(statusCode);
  const text = `error exporting items, request to ${url} responded with HTTP Status Code ${statusCode}${statusText(status)}`;
  if (isAboutSize(statusCode, status)) {
    return { status: "too_large", error: new ConsumeError("permanent", text, { grpcStatus }) };
  }
  if (statusCode <= 399) {
    return failed(new ConsumeError("permanent", text + redirectText(headers["location"], url), { grpcStatus }));
  }
  if (!isRetryableStatus(statusCode)) return failed(new ConsumeError("permanent", text, { grpcStatus }));
  const isThrottled = statusCode === 429 || statusCode === 503;
  const retryAfterMs = isThrottled ? parseRetryAfter(headers["retry-after"], nowUnixMs) : undefined;
  const delay = retryAfterMs === undefined ? {} : { retryAfterMs };
  return failed(new ConsumeError("retryable", text, { grpcStatus, ...delay }));
}

function failed(error: ConsumeError): Outcome {
  return { status: "failed", error };
}

/** A body in the form of OTLP must be OTLP, as upstream has it; of any other body the status is enough. */
function successOutcome({ headers, body, isTruncated }: HttpAnswer): Outcome {
  const contentType = headers["content-type"] ?? "";
  const mediaType = mediaTypeOf(contentType);
  const isProto = mediaType === mediaTypes.proto;
  if (body.length === 0 || (!isProto && mediaType !== mediaTypes.json)) return taken;
  const partial = isTruncated ? undefined : isProto ? decodePartialSuccess(body) : parsePartialSuccess(utf8(body));
  if (partial !== undefined) return { status: "taken", ...partial };
  if (contentType !== mediaType) return taken;
  const what = isTruncated ? "it is too long" : "it is not an OTLP response";
  return failed(new ConsumeError("permanent", `error parsing ${isProto ? "protobuf" : "json"} response: ${what}`));
}

const taken: Outcome = Object.freeze({ status: "taken", rejected: 0, message: "" });

interface PeerStatus {
  readonly message: string;
  readonly details: readonly string[];
}

/** `google.rpc.Status`, in protobuf whatever the label says, or in JSON. */
function statusOf({ statusCode, headers, body }: HttpAnswer): PeerStatus | undefined {
  if (statusCode < 400 || body.length === 0) return undefined;
  if (mediaTypeOf(headers["content-type"] ?? "") !== mediaTypes.json) return decodeRpcStatus(body);
  try {
    const status: unknown = JSON.parse(utf8(body));
    if (typeof status !== "object" || status === null || !("message" in status)) return undefined;
    return typeof status.message === "string" ? { message: status.message, details: [] } : undefined;
  } catch {
    // Not JSON after all: then the status code has to do.
    return undefined;
  }
}

/** As Go prints it. */
function statusText(status: PeerStatus | undefined): string {
  if (status === undefined) return "";
  const message = status.message.length <= 1000 ? status.message : `${status.message.slice(0, 1000)}...`;
  return `, Message=${message}, Details=[${status.details.join(" ").slice(0, 1000)}]`;
}

/** Upstream's own receiver says 400 to a body above its limit. */
function isAboutSize(statusCode: number, status: PeerStatus | undefined): boolean {
  if (statusCode === 413) return true;
  return statusCode === 400 && /body too large|decoded size exceeds/.test(status?.message ?? "");
}

/** Where the peer wants us to go. Its address may hold anything: neither a password nor a query is printed. */
function redirectText(location: string | undefined, url: string): string {
  const target = location === undefined ? null : URL.parse(location, url);
  if (target === null) return "";
  const place = `${target.origin}${target.pathname}`.slice(0, 200);
  return `, redirects are not followed: if ${place} is right, write it in the endpoint`;
}

function mediaTypeOf(contentType: string): string {
  return (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
}
