import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { peerOf } from "./peer-address.ts";

/** A request over HTTP/1.1 or HTTP/2, which Node keeps as two types with the same face. */
export type HttpRequest = IncomingMessage | Http2ServerRequest;

export type HttpResponse = ServerResponse | Http2ServerResponse;

export type HttpHandler = (request: HttpRequest, response: HttpResponse) => void;

/** Address of the sender. */
export function senderOf(request: HttpRequest): string {
  // The socket of an HTTP/2 request must not be touched when its session has ended.
  return "stream" in request ? peerOf(request.stream.session) : peerOf(request.socket);
}

/** Whether the answer is with the operating system, or nobody waits for it any more; "close" has come then. */
export function isClosed(response: HttpResponse): boolean {
  const stream = "stream" in response ? response.stream : response;
  return stream.closed || stream.destroyed;
}
