import { once } from "node:events";
import http2, {
  type Http2Server,
  type Http2Session,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import { gunzipSync } from "node:zlib";
import { Pace, take, type Behaviour, type Deed } from "./deed.ts";
import { itemsOf } from "./item.ts";
import type { Sink } from "./rig.ts";
import { SinkLedger } from "./sink-ledger.ts";

/** Statuses of gRPC for those of HTTP that scenarios speak of. */
const codes: Readonly<Record<number, number>> = { 400: 3, 401: 16, 404: 5, 413: 8, 429: 14, 503: 14 };

/** A sender that took longer than this may have given up while the answer was on its way. */
const patienceMs = 200;

/** A backend for OTLP/gRPC that fails as told and remembers all that it took. */
export class GrpcFaultySink extends SinkLedger implements Sink {
  #server: Http2Server | undefined;
  #port = 0;
  readonly #sessions = new Set<ServerHttp2Session>();
  /** What was answered a moment ago may not have left when the connection breaks. */
  #answers: { readonly session: Http2Session | undefined; readonly atMs: number; readonly itemCount: number }[] = [];
  readonly #pace = new Pace();
  behave: Behaviour = take;
  requests = 0;

  static async start(): Promise<GrpcFaultySink> {
    const sink = new GrpcFaultySink();
    await sink.up();
    return sink;
  }

  get port(): number {
    return this.#port;
  }

  async up(): Promise<void> {
    const server = http2.createServer();
    server.on("session", (session) => {
      this.#sessions.add(session);
      session.on("error", () => undefined);
      session.on("close", () => this.#sessions.delete(session));
    });
    server.on("stream", (stream) => {
      // A sender that gives up resets its stream.
      stream.on("error", () => undefined);
      this.requests++;
      void this.#handle(stream, this.behave());
    });
    server.listen(this.#port, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("Cannot tell the sink's port: it is closed");
    this.#port = address.port;
    this.#server = server;
  }

  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = once(server, "close");
    server.close();
    for (const session of this.#sessions) session.destroy();
    await closed;
  }

  async #handle(stream: ServerHttp2Stream, deed: Deed): Promise<void> {
    if (deed.is === "hang") return;
    if (deed.is === "reset_request") {
      stream.once("data", () => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR));
      return;
    }
    const beganMs = performance.now();
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => {
      const message = Buffer.concat(chunks);
      const body = message[0] === 1 ? gunzipSync(message.subarray(5)) : message.subarray(5);
      const delayMs = this.#delayMs(deed, body);
      if (delayMs > 0) setTimeout(() => this.#answer(stream, body, deed, beganMs), delayMs);
      else this.#answer(stream, body, deed, beganMs);
    });
  }

  #delayMs(deed: Deed, body: Buffer): number {
    if (deed.is === "pace") return this.#pace.delayMs(itemsOf(body).ids.length, deed.itemsPerSecond);
    return deed.is === "take" ? (deed.delayMs ?? 0) : 0;
  }

  #answer(stream: ServerHttp2Stream, body: Buffer, deed: Deed, beganMs: number): void {
    if (stream.destroyed) return;
    if (deed.is === "refuse") return refuse(stream, codes[deed.status] ?? 2, deed.retryAfter);
    const rejected = deed.is === "take_part" ? Math.min(deed.rejected, itemsOf(body).ids.length) : 0;
    if (deed.is === "limit" && itemsOf(body).ids.length > deed.atMost) return refuse(stream, 8);
    const itemCount = this.take(body, rejected);
    const isUnsure = performance.now() - beganMs > patienceMs;
    let isAnswered = false;
    stream.once("close", () => {
      if (isUnsure || !isAnswered || stream.rstCode !== http2.constants.NGHTTP2_NO_ERROR) this.uncertain += itemCount;
    });
    const { session } = stream;
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    if (deed.is === "reset_answer")
      return void setImmediate(() => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR));
    if (deed.is === "drip") return void stream.write(Buffer.alloc(1));
    if (deed.is === "goaway_break") {
      session?.goaway();
      return void setImmediate(() => this.#break(session));
    }
    stream.on("wantTrailers", () => {
      isAnswered = true;
      const atMs = performance.now();
      this.#answers = this.#answers.filter((answer) => atMs - answer.atMs < patienceMs);
      this.#answers.push({ session, atMs, itemCount });
      stream.sendTrailers({ "grpc-status": "0" });
    });
    // ExportTraceServiceResponse, with partial_success { rejected_spans } if there is one.
    const answer = rejected > 0 ? Buffer.from([0x0a, 0x02, 0x08, rejected]) : Buffer.alloc(0);
    const head = Buffer.alloc(5);
    head.writeUInt32BE(answer.length, 1);
    stream.end(Buffer.concat([head, answer]));
    if (deed.is === "goaway") session?.close();
  }

  #break(session: Http2Session | undefined): void {
    const nowMs = performance.now();
    for (const answer of this.#answers) {
      if (answer.session === session && nowMs - answer.atMs < patienceMs) this.uncertain += answer.itemCount;
    }
    session?.destroy();
  }
}

function refuse(stream: ServerHttp2Stream, code: number, retryAfter?: string): void {
  const headers: http2.OutgoingHttpHeaders = {
    ":status": 200,
    "content-type": "application/grpc",
    "grpc-status": String(code),
    "grpc-message": code === 8 ? "grpc: received message larger than max" : "told to fail",
  };
  if (retryAfter !== undefined) headers["grpc-status-details-bin"] = retryInfo(code, Number(retryAfter));
  stream.respond(headers, { endStream: true });
  stream.resume();
}

function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

/** `google.rpc.Status` with a `RetryInfo`, as base64. */
function retryInfo(code: number, seconds: number): string {
  const info = field(1, Buffer.from([0x08, seconds]));
  const type = Buffer.from("type.googleapis.com/google.rpc.RetryInfo");
  const any = Buffer.concat([field(1, type), field(2, info)]);
  return Buffer.concat([Buffer.from([0x08, code]), field(3, any)])
    .toString("base64")
    .replace(/=+$/, "");
}
