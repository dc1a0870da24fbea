import type { IncomingMessage, ServerResponse } from "node:http";
import type { QuickRequest, QuickResponse } from "./http1/quick-exchange.ts";
import type { Http2Request, Http2Response } from "./http2/http-exchange.ts";
import { peerOf } from "./peer-address.ts";

/** A request whose body comes as a stream: over HTTP/1.1, by Node, or over HTTP/2, by our own server. */
export type StreamedRequest = IncomingMessage | Http2Request;

export type StreamedResponse = ServerResponse | Http2Response;

export type HttpHandler = (request: StreamedRequest, response: StreamedResponse) => void;

/** Any request; all have the same face but for the body, which `readBody` reads. */
export type HttpRequest = StreamedRequest | QuickRequest;

export type HttpResponse = StreamedResponse | QuickResponse;

/** Address of the sender. */
export function senderOf(request: HttpRequest): string {
  return "peer" in request ? request.peer : peerOf(request.socket);
}

/** Whether the answer is with the operating system, or nobody waits for it any more; "close" has come then. */
export function isClosed(response: HttpResponse): boolean {
  return response.closed || response.destroyed;
}
