import http2 from "node:http2";
import { signals, type Signal } from "../../src/pdata/signal.ts";

export const exportPaths: Readonly<Record<Signal, string>> = {
  traces: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
  metrics: "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
  logs: "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
};

export const exportSignals = signals;

export interface GrpcAnswer {
  readonly httpStatus: number;
  readonly status: number;
  readonly message: string;
  readonly trailers: http2.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A message with the five bytes before it. */
export function frame(message: Uint8Array, isCompressed = false): Buffer {
  const framed = Buffer.alloc(message.length + 5);
  framed[0] = isCompressed ? 1 : 0;
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, 5);
  return framed;
}

/** gRPC without a gRPC library: trailers are seen as they are on the wire. */
export class RawGrpc {
  readonly session: http2.ClientHttp2Session;

  constructor(port: number) {
    this.session = http2.connect(`http://127.0.0.1:${port}`);
    this.session.on("error", () => undefined);
  }

  open(path: string, headers: http2.OutgoingHttpHeaders = {}): http2.ClientHttp2Stream {
    return this.session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      "te": "trailers",
      ...headers,
    });
  }

  /** Sends a body as it stands, frame head included. */
  call(path: string, body: Uint8Array, headers?: http2.OutgoingHttpHeaders): Promise<GrpcAnswer> {
    const stream = this.open(path, headers);
    const answer = answerOf(stream);
    stream.end(body);
    return answer;
  }

  close(): void {
    this.session.destroy();
  }
}

export function answerOf(stream: http2.ClientHttp2Stream): Promise<GrpcAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let head: http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader = {};
    let trailers: http2.IncomingHttpHeaders = {};
    stream.on("response", (headers) => (head = headers));
    stream.on("trailers", (headers) => (trailers = headers));
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("error", reject);
    stream.on("end", () => {
      const all = { ...head, ...trailers };
      resolve({
        httpStatus: head[":status"] ?? 0,
        status: Number(all["grpc-status"] ?? Number.NaN),
        message: decodeURIComponent(String(all["grpc-message"] ?? "")),
        trailers: all,
        body: Buffer.concat(chunks),
      });
    });
  });
}
