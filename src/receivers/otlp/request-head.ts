import type { HttpRequest } from "../../net/http-message.ts";
import { contentEncodings, type ContentEncoding } from "../../net/inflate.ts";
import { RequestError } from "../../net/request-error.ts";
import type { HeaderOf } from "../../net/server-authenticator.ts";
import type { BodyForm } from "./decode-body.ts";

/** The form that `Content-Type` names; undefined for others and for none. Letter case and parameters do not matter. */
export function labelledForm(contentType: string | undefined): BodyForm | undefined {
  if (contentType === undefined) return undefined;
  // What clients really send, without a copy.
  if (contentType === "application/x-protobuf") return "protobuf";
  if (contentType === "application/json") return "json";
  const mediaType = (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
  if (mediaType === "application/x-protobuf") return "protobuf";
  return mediaType === "application/json" ? "json" : undefined;
}

/**
 * How a body is compressed; undefined if it is not. `accepted` is `compression_algorithms`: an empty list reads every body
 * as it is. Throws `RequestError` about an encoding that is not accepted.
 */
export function contentEncoding(
  header: string | undefined,
  accepted: ReadonlySet<string>,
): ContentEncoding | undefined {
  if (header === undefined || header === "" || accepted.size === 0) return undefined;
  const name = header.trim().toLowerCase();
  if (name === "identity" || name === "") return undefined;
  const known = contentEncodings.find((encoding) => encoding === name);
  if (known === undefined || !accepted.has(known)) {
    throw new RequestError("unsupported_encoding", `unsupported Content-Encoding: ${header}`);
  }
  return known;
}

export const noMetadata: ReadonlyMap<string, readonly string[]> = new Map();

/** Headers as `include_metadata` hands them on: names in lower case, every value, and always `host`. */
export function metadataOf(request: HttpRequest): ReadonlyMap<string, readonly string[]> {
  const result = new Map<string, string[]>();
  const { rawHeaders } = request;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? "";
    const value = rawHeaders[index + 1] ?? "";
    const key = name === ":authority" ? "host" : name;
    if (key.startsWith(":")) continue;
    const values = result.get(key);
    if (values === undefined) result.set(key, [value]);
    else values.push(value);
  }
  return result;
}

/** What an authenticator sees of a request: its headers, and the query parameters that `request_params` lists. */
export function credentialHeaders({ headers, url }: HttpRequest, requestParams: readonly string[]): HeaderOf {
  const mark = requestParams.length === 0 ? -1 : (url ?? "").indexOf("?");
  const query = mark < 0 ? undefined : new URLSearchParams(url?.slice(mark + 1));
  return (name) => {
    for (const param of query === undefined ? [] : requestParams) {
      const value = param.toLowerCase() === name ? query?.get(param) : undefined;
      if (value !== undefined && value !== null) return value;
    }
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
}

/** Where a request went, for the log: without the query, which may hold a token. */
export function loggedPath({ url }: HttpRequest): string {
  return (url ?? "").replace(/[?#].*$/s, "");
}
