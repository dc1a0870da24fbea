import { EventEmitter } from "node:events";
import http2 from "node:http2";
import type * as grpc from "@grpc/grpc-js";
import type { GrpcCall } from "./grpc-call.ts";
import type { HttpHandler } from "./http-message.ts";
import { notePeer, peerOf } from "./peer-address.ts";
import type { Rejections } from "./rejections.ts";
import { RpcCode } from "./rpc-status.ts";

// Node's own windows of 64 KiB and frames of 16 KiB make a request of some hundred KiB a third more costly.
const windowBytes = 1024 * 1024;
const frameBytes = 256 * 1024;

/** What passes through grpc-js without being seen: it calls back before it returns. */
export interface Slot {
  /** Peer of the connection that is handed over. */
  peer: string;
  /** The call that was made for the stream that is handed over. */
  call: GrpcCall | undefined;
}

export interface StreamOptions {
  readonly rejections: Rejections;
  /** Serves requests that are not gRPC. */
  readonly http: HttpHandler;
  /** A stream on which nothing happens for so long is cancelled: it holds room for a message that may never come. */
  readonly silentStreamMs: number;
}

/**
 * Puts a switch before grpc-js, which answers requests that are not gRPC with an empty 415, tells nobody of calls to
 * services that it does not know, and shows a message only when it has collected the whole of it. The switch reaches for
 * a private field, because grpc-js has no public equivalent; should that field go, everything else works on.
 */
export function routeStreams(
  server: grpc.Server,
  options: StreamOptions,
  slot: Slot,
  isKnown: (path: string) => boolean,
): void {
  const inner = innerServer(server);
  if (inner === undefined) return;
  const web = http2.createServer();
  web.on("request", options.http);
  web.on("checkContinue", options.http);
  const ownListeners = inner.listeners("stream");
  inner.removeAllListeners("stream");
  inner.on("stream", (stream, headers, ...rest) => {
    stream.setTimeout(options.silentStreamMs, cancelThis);
    if (!isGrpc(headers)) {
      web.emit("stream", stream, headers, ...rest);
      return;
    }
    const path = headers[":path"] ?? "";
    if (!isKnown(path)) {
      refuseUnknown(stream, path, options.rejections);
      return;
    }
    slot.call = undefined;
    slot.peer = peerOf(stream.session as object | undefined);
    for (const listener of ownListeners) listener.call(inner, stream, headers, ...rest);
    const call = slot.call as GrpcCall | undefined;
    if (call === undefined) return;
    const onFirstData = (chunk: Buffer): void => {
      stream.off("data", onFirstData);
      call.onFirstData(chunk);
    };
    // Before grpc-js's own listener, and without the flow that `on` would start.
    stream.prependListener("data", onFirstData);
  });
  inner.on("session", (session) => {
    notePeer(session, slot.peer);
    if (session.destroyed) return;
    session.settings({ initialWindowSize: windowBytes, maxFrameSize: frameBytes });
    session.setLocalWindowSize(4 * windowBytes);
  });
  inner.on("sessionError", (error: Error, session: http2.ServerHttp2Session) => {
    options.rejections.add({
      reason: "garbled",
      peer: peerOf(session as object),
      protocol: "HTTP/2",
      path: "",
      error: error.message,
      remedy: "look for a client or proxy that does not speak HTTP/2",
    });
  });
}

function cancelThis(this: http2.Http2Stream): void {
  this.close(http2.constants.NGHTTP2_CANCEL);
}

function innerServer(server: grpc.Server): http2.Http2Server | undefined {
  const servers: unknown = Reflect.get(server, "http2Servers");
  const first: unknown = servers instanceof Map ? servers.keys().next().value : undefined;
  return first instanceof EventEmitter ? (first as http2.Http2Server) : undefined;
}

function isGrpc(headers: http2.IncomingHttpHeaders): boolean {
  return headers["content-type"]?.startsWith("application/grpc") ?? false;
}

function refuseUnknown(stream: http2.ServerHttp2Stream, path: string, rejections: Rejections): void {
  const [, service = "", method = ""] = path.split("/");
  const error = service === "" ? `malformed method name: "${path}"` : `unknown service ${service}`;
  rejections.add({
    reason: "unknown_path",
    peer: peerOf(stream.session as object | undefined),
    protocol: "gRPC",
    path,
    error,
    remedy: `send OTLP: TraceService, MetricsService or LogsService with method Export, not ${service}/${method}`,
  });
  stream.on("error", () => undefined);
  if (stream.destroyed) return;
  stream.respond(
    {
      ":status": 200,
      "content-type": "application/grpc",
      "grpc-status": String(RpcCode.unimplemented),
      "grpc-message": encodeURI(error.toWellFormed()),
    },
    { endStream: true },
  );
  stream.resume();
}
