import type { IncomingHttpHeaders } from "node:http2";
import { timeoutError, type AskOptions } from "./ask-http.ts";

export interface GrpcAnswer {
  readonly code: number;
  readonly message: string;
  /** Of the answer, decoded from its frame; empty without one. */
  readonly body: Buffer;
  readonly headers: IncomingHttpHeaders;
}

/**
 * One unary gRPC call on a connection of its own. By Node's own HTTP/2, so that what a peer really answers can be told: a
 * gRPC library would hide the difference between a wrong port, a proxy and a refusal.
 */
export function askGrpc(url: URL, path: string, options: AskOptions & { body: Uint8Array }): Promise<GrpcAnswer> {
  const { connect } = process.getBuiltinModule("node:http2");
  const { body, headers = {}, timeoutMs, insecure = false } = options;
  return new Promise((resolve, reject) => {
    const session = connect(url.origin, { rejectUnauthorized: !insecure });
    const timer = setTimeout(() => fail(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      session.destroy();
      reject(timeoutError(error, timeoutMs));
    };
    session.on("error", fail);
    session.on("close", () =>
      fail(new Error("the peer closed the connection: it does not speak HTTP/2, or wants TLS")),
    );
    const call = session.request({
      ...headers,
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      "te": "trailers",
    });
    const chunks: Buffer[] = [];
    let all: IncomingHttpHeaders = {};
    call.on("response", (head) => (all = { ...all, ...head }));
    call.on("trailers", (trailers) => (all = { ...all, ...trailers }));
    call.on("data", (chunk: Buffer) => chunks.push(chunk));
    call.on("error", fail);
    call.on("end", () => {
      clearTimeout(timer);
      session.removeAllListeners("close");
      session.close();
      const status = all["grpc-status"];
      if (status === undefined) {
        reject(
          new Error(`HTTP ${String(all[":status"])} without a gRPC status: what listens there does not speak gRPC`),
        );
        return;
      }
      const message = decodeMessage(String(all["grpc-message"] ?? ""));
      resolve({ code: Number(status), message, body: unframed(Buffer.concat(chunks)), headers: all });
    });
    const frame = Buffer.alloc(5);
    frame.writeUInt32BE(body.length, 1);
    call.end(Buffer.concat([frame, body]));
  });
}

function unframed(bytes: Buffer): Buffer {
  return bytes.length < 5 ? Buffer.alloc(0) : bytes.subarray(5, 5 + bytes.readUInt32BE(1));
}

function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
