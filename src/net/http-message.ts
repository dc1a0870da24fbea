import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2Request, Http2Response } from "./http2/http-exchange.ts";
import { peerOf } from "./peer-address.ts";

/** A request over HTTP/1.1, by Node, or over HTTP/2, by our own server; both have the same face. */
export type HttpRequest = IncomingMessage | Http2Request;

export type HttpResponse = ServerResponse | Http2Response;

export type HttpHandler = (request: HttpRequest, response: HttpResponse) => void;

/** Address of the sender. */
export function senderOf(request: HttpRequest): string {
  return "peer" in request ? request.peer : peerOf(request.socket);
}

/** Whether the answer is with the operating system, or nobody waits for it any more; "close" has come then. */
export function isClosed(response: HttpResponse): boolean {
  return response.closed || response.destroyed;
}
