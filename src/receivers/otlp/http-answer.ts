import type { HttpResponse } from "../../net/http-message.ts";
import { encodeRpcStatus, rpcStatusJson, type RpcStatus } from "../../net/rpc-status.ts";
import type { BodyForm } from "./decode-body.ts";

export type Headers = Readonly<Record<string, string>>;

export const contentTypes: Readonly<Record<BodyForm, string>> = {
  protobuf: "application/x-protobuf",
  json: "application/json",
};

/** An export response with an empty `partial_success`, as upstream's. */
export const successBytes = Buffer.from([0x0a, 0x00]);
const successJson = Buffer.from('{"partialSuccess":{}}');

const successHeaders: Readonly<Record<BodyForm, Headers>> = {
  protobuf: { "content-type": contentTypes.protobuf, "content-length": String(successBytes.length) },
  json: { "content-type": contentTypes.json, "content-length": String(successJson.length) },
};

export function answerSuccess(response: HttpResponse, form: BodyForm, more: Headers | undefined): void {
  const headers = successHeaders[form];
  write(response, 200, more === undefined ? headers : { ...headers, ...more });
  response.end(form === "protobuf" ? successBytes : successJson);
}

/** `google.rpc.Status` in the form that the client reads, and when to come again. */
export function answerStatus(
  response: HttpResponse,
  httpStatus: number,
  status: RpcStatus,
  form: BodyForm,
  more: Headers | undefined,
): void {
  const body = form === "json" ? Buffer.from(rpcStatusJson(status)) : encodeRpcStatus(status);
  write(response, httpStatus, {
    "content-type": contentTypes[form],
    "content-length": String(body.length),
    ...(status.retryDelayMs !== undefined && { "retry-after": String(Math.ceil(status.retryDelayMs / 1000)) }),
    ...more,
  });
  response.end(body);
}

export function answerText(response: HttpResponse, httpStatus: number, text: string, more: Headers): void {
  const contentLength = String(Buffer.byteLength(text));
  write(response, httpStatus, { "content-type": "text/plain", "content-length": contentLength, ...more });
  response.end(text);
}

export function answerEmpty(response: HttpResponse, httpStatus: number, headers: Headers): void {
  write(response, httpStatus, headers);
  response.end();
}

// The two response types have the same method, but TypeScript does not see one in their union.
function write(response: HttpResponse, status: number, headers: Headers): void {
  (response as { writeHead(status: number, headers: Headers): unknown }).writeHead(status, headers);
}
