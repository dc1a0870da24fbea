import { gunzipSync } from "node:zlib";
import { ConsumeError } from "../../component/consume-error.ts";
import type { HttpAnswer } from "../../net/client/http-answer.ts";
import type { Target } from "./target.ts";

/** What a proxy, or an instance, made of one request. */
export type ProxyOutcome =
  | { readonly status: "taken" }
  /** Larger than the proxy takes: cut it and try again. */
  | { readonly status: "too_large"; readonly error: ConsumeError }
  /** The account has no such data: what else it is sent may be taken all the same. */
  | { readonly status: "not_enabled"; readonly error: ConsumeError }
  | { readonly status: "failed"; readonly error: ConsumeError };

/** 406 is how a proxy pushes back when its buffers are full. */
const retryable = new Set([406, 408, 425, 429]);
const maxTextLength = 200;

/** How a proxy, or an instance, says that an account has no span logs, no histograms or no traces. */
const notEnabled = /\bnot (?:been )?enabled\b|\bdisabled\b/i;

/** Sorts an answer by what to do next. */
export function proxyOutcome(answer: HttpAnswer, { name, remedies }: Target): ProxyOutcome {
  const { statusCode, headers } = answer;
  if (statusCode >= 200 && statusCode < 300) return { status: "taken" };
  const text = bodyText(answer);
  const remedy = remedies[statusCode];
  const message =
    `T${name.slice(1)} answered ${statusCode}` +
    (text === "" ? "" : `: ${text}`) +
    (remedy === undefined ? "" : `; ${remedy}`);
  if (statusCode === 413) return { status: "too_large", error: new ConsumeError("permanent", message) };
  if (statusCode === 403 && notEnabled.test(text)) {
    return { status: "not_enabled", error: new ConsumeError("permanent", message) };
  }
  if (statusCode < 500 && !retryable.has(statusCode)) {
    return { status: "failed", error: new ConsumeError("permanent", message) };
  }
  const retryAfterMs = secondsText(headers["retry-after"]);
  const error = new ConsumeError("retryable", message, retryAfterMs === undefined ? {} : { retryAfterMs });
  return { status: "failed", error };
}

function secondsText(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,6}\s*$/.test(text) ? Number(text) * 1000 : undefined;
}

/** The beginning of the body, on one line. */
function bodyText({ body, headers, isTruncated }: HttpAnswer): string {
  let bytes = body;
  if (headers["content-encoding"] === "gzip") {
    if (isTruncated) return "";
    try {
      bytes = gunzipSync(body, { maxOutputLength: 64 * 1024 });
    } catch {
      // Too long or broken: the status has to do.
      return "";
    }
  }
  const text = new TextDecoder()
    .decode(bytes.subarray(0, 4 * maxTextLength))
    .replaceAll(/\s+/g, " ")
    .trim();
  return text.length <= maxTextLength ? text : `${text.slice(0, maxTextLength)}…`;
}
