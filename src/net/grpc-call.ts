import type * as grpc from "@grpc/grpc-js";
import { Metadata } from "@grpc/grpc-js";
import type { InFlight } from "./in-flight.ts";
import { ownBytes } from "./own-bytes.ts";
import { peerAddress } from "./peer-address.ts";
import { assumedBodyBytes } from "./read-body.ts";
import { RequestError } from "./request-error.ts";
import { Reservation } from "./reservation.ts";
import { encodeRetryInfo, encodeRpcStatus, RpcCode, type RpcStatus } from "./rpc-status.ts";
import type { RefuseCall, UnaryCall, UnaryMethod } from "./unary-method.ts";

export interface GrpcCallOptions {
  readonly call: grpc.ServerInterceptingCallInterface;
  readonly method: UnaryMethod;
  readonly refuse: RefuseCall;
  readonly inFlight: InFlight;
  /** Address of the sender; empty if only grpc-js knows it. */
  readonly peer: string;
}

/**
 * One unary call, from its headers to its status. grpc-js calls the `on...` methods.
 *
 *   headers ─ reserve ─ message ─ reserve its size ─ end of request ─ handle ─ answer
 *      └───────────┴──────── refused: status ───────────────┴────────────┘
 */
export class GrpcCall implements UnaryCall {
  readonly peer: string;
  readonly #call: grpc.ServerInterceptingCallInterface;
  readonly #sendStatus: grpc.ServerInterceptingCallInterface["sendStatus"];
  readonly #method: UnaryMethod;
  readonly #refuse: RefuseCall;
  readonly #inFlight: InFlight;
  readonly #reservation: Reservation | undefined;
  #headers: Metadata | undefined;
  #message: Uint8Array | undefined;
  /** `reading` until the request is complete, `handling` while the method works on it. */
  #state: "reading" | "handling" | "over" = "reading";

  constructor({ call, method, refuse, inFlight, peer }: GrpcCallOptions) {
    this.peer = peer === "" ? peerAddress(call.getConnectionInfo()) : peer;
    this.#call = call;
    this.#sendStatus = call.sendStatus;
    this.#method = method;
    this.#refuse = refuse;
    this.#inFlight = inFlight;
    this.#reservation = method.admission === undefined ? undefined : new Reservation(method.admission);
  }

  get path(): string {
    return this.#method.path;
  }

  metadata(): ReadonlyMap<string, readonly string[]> {
    const result = new Map<string, readonly string[]>();
    for (const [name, values] of Object.entries(this.#headers?.toJSON() ?? {})) {
      if (!name.endsWith("-bin") && Array.isArray(values)) result.set(name, values.filter(isText));
    }
    if (!result.has("host")) result.set("host", [this.#call.getHost()]);
    return result;
  }

  start(): void {
    // grpc-js sends a status of its own when it cannot read a message: it passes here, so that it is counted and worded
    // as every other.
    this.#call.sendStatus = (status) => this.#fail(ownFailure(status));
    this.#call.start(this);
  }

  /** The first bytes of the request hold the length of the message, for which room is reserved before it is read. */
  onFirstData(chunk: Buffer): void {
    const messageBytes = chunk.length < 5 ? 0 : chunk.readUInt32BE(1);
    if (messageBytes > assumedBodyBytes) this.#reserve(messageBytes);
  }

  onReceiveMetadata(headers: Metadata): void {
    this.#headers = headers;
    // Until `onCancel`, which always comes.
    this.#inFlight.begin();
    if (this.#isLetIn(headers) && this.#reserve(assumedBodyBytes)) this.#call.startRead();
  }

  onReceiveMessage(message: Uint8Array): void {
    if (this.#message !== undefined) {
      this.#fail(new RequestError("bad_data", "more than one message in the request"));
      return;
    }
    this.#message = message;
    if (this.#reserve(message.length)) this.#call.startRead();
  }

  onReceiveHalfClose(): void {
    if (this.#message === undefined) {
      this.#failUnread();
      return;
    }
    this.#state = "handling";
    this.#inFlight.begin();
    const message = ownBytes(this.#message);
    this.#message = undefined;
    this.#method.handle(message, this).then(
      (answer) => {
        this.#handled();
        this.#succeed(answer);
      },
      (error: unknown) => {
        this.#handled();
        this.#fail(error);
      },
    );
  }

  /** The call is over: answered, cancelled by the client, or its connection broke. */
  onCancel(): void {
    this.#failUnread();
    this.#inFlight.end();
  }

  #failUnread(): void {
    if (this.#state !== "reading") return;
    this.#fail(new RequestError("aborted", "call ended before its message was there"));
  }

  /** The pipeline is done with the message, which may be later than the call. */
  #handled(): void {
    this.#reservation?.release();
    this.#inFlight.end();
  }

  #isLetIn(headers: Metadata): boolean {
    try {
      this.#method.authenticate?.((name) => textOf(headers.get(name)[0]));
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  #reserve(byteCount: number): boolean {
    if (this.#state !== "reading") return false;
    const refusal = this.#reservation?.resize(byteCount);
    if (refusal !== undefined) this.#fail(refusal);
    return refusal === undefined;
  }

  #succeed(answer: Uint8Array): void {
    if (this.#state === "over") return;
    this.#state = "over";
    this.#call.sendMessage(answer, ignore);
    this.#sendStatus.call(this.#call, okStatus);
  }

  #fail(error: unknown): void {
    if (this.#state === "over") return;
    // A message that is being handled takes its room until it is done, even if its sender waits no longer.
    if (this.#state === "reading") this.#reservation?.release();
    this.#state = "over";
    this.#message = undefined;
    const status = this.#refuse(error, this);
    this.#sendStatus.call(this.#call, {
      code: status.code,
      details: headerText(status.message),
      metadata: detailsOf(status),
    });
  }
}

/** What the rest of grpc-js gets instead of a call that was taken over. */
export const takenOver = { start: ignore } as unknown as grpc.ServerInterceptingCall;

const okStatus = { code: RpcCode.ok, details: "OK", metadata: null };

function ignore(): void {}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** Names in grpc-js's words what it could not do with a message. */
function ownFailure(status: { readonly code?: number | null; readonly details?: string | null }): unknown {
  const text = status.details ?? "";
  switch (status.code) {
    case RpcCode.resourceExhausted: {
      const sizes = /larger than max \((\d+) vs (\d+)\)/.exec(text);
      if (sizes !== null) {
        return new RequestError("too_large", `grpc: received message larger than max (${sizes[1]} vs. ${sizes[2]})`);
      }
      const limit = /(\d+)$/.exec(text)?.[1] ?? "";
      return new RequestError("too_large", `grpc: received message after decompression larger than max ${limit}`);
    }
    case RpcCode.unimplemented:
      return new RequestError("unsupported_encoding", text);
    case RpcCode.deadlineExceeded:
      return new RequestError("deadline", "deadline of the client exceeded");
    default:
      return new RequestError(/decompress/.test(text) ? "corrupt_encoding" : "bad_data", text);
  }
}

/**
 * RetryInfo in both places where clients look: most read `grpc-status-details-bin`, the Python SDK only
 * `google.rpc.retryinfo-bin`.
 */
function detailsOf(status: RpcStatus): Metadata | null {
  if (status.retryDelayMs === undefined) return null;
  const metadata = new Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(encodeRpcStatus(status)));
  metadata.set("google.rpc.retryinfo-bin", Buffer.from(encodeRetryInfo(status.retryDelayMs)));
  return metadata;
}

/** Headers have little room, and grpc-js throws at lone surrogates. */
function headerText(text: string): string {
  return (text.length <= 1024 ? text : `${text.slice(0, 1024)}...`).toWellFormed();
}
