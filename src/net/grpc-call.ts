import { failureBlock, messageHeadBytes, successAnswer } from "./grpc-answer.ts";
import { parseGrpcTimeout } from "./grpc-timeout.ts";
import { readUint32 } from "./http2/frame.ts";
import type { RequestHead } from "./http2/request-head.ts";
import type { UnaryAnswer } from "./http2/sender.ts";
import type { Stream, StreamReceiver } from "./http2/stream.ts";
import type { InFlight } from "./in-flight.ts";
import { inflate, type ContentEncoding } from "./inflate.ts";
import { worthGivingBack } from "./give-back.ts";
import { keepMessage } from "./message-slab.ts";
import { assumedBodyBytes } from "./read-body.ts";
import { RequestError } from "./request-error.ts";
import { Reservation } from "./reservation.ts";
import type { RefuseCall, UnaryCall, UnaryMethod } from "./unary-method.ts";

/** What the calls of a server share. */
export interface GrpcCallSettings {
  readonly refuse: RefuseCall;
  readonly inFlight: InFlight;
  /** Largest message, also after decompression. */
  readonly maxMessageBytes: number;
}

/** Memory that a message gets before more of it than that has come, whatever its sender claims. */
const firstPieceBytes = 256 * 1024;

/**
 * One unary call, from its headers to its status.
 *
 *   headers ─ reserve ─ length of the message ─ reserve that ─ message ─ end of request ─ [inflate] ─ handle ─ answer
 *      └───────────┴───────────────┴───────────── refused: status ───────────┴────────────────┴─────────┘
 */
export class GrpcCall implements UnaryCall, StreamReceiver {
  readonly peer: string;
  readonly #stream: Stream;
  readonly #head: RequestHead;
  readonly #method: UnaryMethod;
  readonly #settings: GrpcCallSettings;
  readonly #reservation: Reservation | undefined;
  /** `reading` until the request is complete, `handling` while the method works on it. */
  #state: "reading" | "handling" | "over" = "reading";
  /** Bytes of the message's head that came, and what they say. */
  #headBytes = 0;
  #isCompressed = false;
  #messageBytes = 0;
  /** The message once it is whole; before that, what came of it. */
  #message: Uint8Array | undefined;
  #pieces: Buffer | undefined;
  #receivedBytes = 0;
  #isAbandoned = false;

  constructor(stream: Stream, head: RequestHead, method: UnaryMethod, peer: string, settings: GrpcCallSettings) {
    this.peer = peer;
    this.#stream = stream;
    this.#head = head;
    this.#method = method;
    this.#settings = settings;
    this.#reservation = method.admission === undefined ? undefined : new Reservation(method.admission);
  }

  get path(): string {
    return this.#method.path;
  }

  metadata(): ReadonlyMap<string, readonly string[]> {
    const result = new Map<string, string[]>();
    for (const { name, value } of this.#head.fields) {
      if (name.startsWith(":") || name.endsWith("-bin") || ofTransport.has(name)) continue;
      const values = result.get(name);
      if (values === undefined) result.set(name, [value]);
      else values.push(value);
    }
    if (!result.has("host")) result.set("host", [this.#head.authority]);
    return result;
  }

  /** Lets the call in or refuses it; the stream has this call as its receiver already. */
  begin(): void {
    // Until `onClosed`.
    this.#settings.inFlight.begin();
    try {
      this.#method.authenticate?.((name) => this.#head.first(name));
      const { grpcTimeout } = this.#head;
      if (grpcTimeout !== "") this.#setDeadline(grpcTimeout);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** All that came together with the headers was looked at: if that was nothing, room is asked for before more comes. */
  expectMessage(): void {
    if (this.#headBytes < messageHeadBytes) this.#reserve(assumedBodyBytes);
  }

  onData(chunk: Buffer, from: number, end: number): boolean {
    this.#stream.table.consumed(this.#stream, end - from);
    let at = from;
    while (at < end && this.#state === "reading") {
      if (this.#headBytes < messageHeadBytes) at = this.#readHead(chunk, at, end);
      else if (this.#message === undefined) at = this.#readMessage(chunk, at, end);
      else this.#fail(new RequestError("bad_data", "more than one message in the request"));
    }
    const message = this.#message;
    // Asked of large ones only: the answer does not matter for chunks that are not worth giving back.
    return message !== undefined && message.length >= worthGivingBack / 2 && message.buffer === chunk.buffer;
  }

  onEnd(): void {
    if (this.#state !== "reading") return;
    const message = this.#message;
    if (message === undefined) {
      this.#failUnread();
      return;
    }
    this.#message = undefined;
    this.#state = "handling";
    this.#settings.inFlight.begin();
    const handled = this.#isCompressed ? this.#inflateAndHandle(message) : this.#method.handle(message, this);
    handled.then(this.#onHandled, this.#onFailed);
  }

  onDeadline(): void {
    this.#fail(new RequestError("deadline", "deadline of the client exceeded"));
  }

  /** The call is over: answered, cancelled by the client, silent for too long, or its connection broke. */
  onClosed(): void {
    if (this.#state === "handling") {
      this.#isAbandoned = true;
      this.#stream.table.abandon();
    }
    this.#failUnread();
    this.#settings.inFlight.end();
  }

  #setDeadline(text: string): void {
    const timeoutMs = parseGrpcTimeout(text);
    if (timeoutMs === undefined) throw new RequestError("bad_data", `malformed grpc-timeout: "${text}"`);
    const { table } = this.#stream;
    table.setDeadline(this.#stream, table.nowMs + timeoutMs);
  }

  #readHead(chunk: Buffer, from: number, end: number): number {
    let at = from;
    if (this.#headBytes === 0 && end - at >= messageHeadBytes) {
      this.#isCompressed = chunk[at] !== 0;
      this.#messageBytes = readUint32(chunk, at + 1);
      this.#headBytes = messageHeadBytes;
      at += messageHeadBytes;
    } else {
      while (at < end && this.#headBytes < messageHeadBytes) {
        const byte = chunk[at++] ?? 0;
        if (this.#headBytes++ === 0) this.#isCompressed = byte !== 0;
        else this.#messageBytes = this.#messageBytes * 256 + byte;
      }
    }
    if (this.#headBytes === messageHeadBytes) this.#beginMessage();
    return at;
  }

  #beginMessage(): void {
    const { maxMessageBytes } = this.#settings;
    if (this.#messageBytes > maxMessageBytes) {
      const sizes = `${this.#messageBytes} vs. ${maxMessageBytes}`;
      this.#fail(new RequestError("too_large", `grpc: received message larger than max (${sizes})`));
      return;
    }
    const { grpcEncoding } = this.#head;
    if (this.#isCompressed && !encodings.has(grpcEncoding)) {
      this.#fail(isNoEncoding(grpcEncoding) ? flaggedWithoutEncoding() : unknownEncoding(grpcEncoding));
      return;
    }
    if (this.#reserve(this.#messageBytes) && this.#messageBytes === 0) this.#message = empty;
  }

  #readMessage(chunk: Buffer, at: number, end: number): number {
    const left = this.#messageBytes - this.#receivedBytes;
    if (this.#pieces === undefined && end - at >= left) {
      this.#message = keepMessage(chunk, at, at + left);
      return at + left;
    }
    this.#pieces = this.#roomFor(Math.min(end - at, left));
    const copied = chunk.copy(this.#pieces, this.#receivedBytes, at, Math.min(end, at + left));
    this.#receivedBytes += copied;
    if (this.#receivedBytes === this.#messageBytes) {
      this.#message = this.#pieces;
      this.#pieces = undefined;
    }
    return at + copied;
  }

  /** Memory for that much more of the message; grows with what has come, so that a mere claim costs little. */
  #roomFor(byteCount: number): Buffer {
    const pieces = this.#pieces ?? Buffer.allocUnsafeSlow(Math.min(this.#messageBytes, firstPieceBytes));
    const needed = this.#receivedBytes + byteCount;
    if (needed <= pieces.length) return pieces;
    const grown = Buffer.allocUnsafeSlow(Math.min(this.#messageBytes, Math.max(needed, pieces.length * 4)));
    pieces.copy(grown, 0, 0, this.#receivedBytes);
    return grown;
  }

  async #inflateAndHandle(message: Uint8Array): Promise<Uint8Array> {
    const { maxMessageBytes } = this.#settings;
    const limit = { maxBytes: maxMessageBytes, option: "" };
    let inflated: Uint8Array;
    try {
      inflated = await inflate(message, this.#head.grpcEncoding as ContentEncoding, limit);
    } catch (error) {
      throw inGrpcWords(error, maxMessageBytes);
    }
    if (this.#state !== "handling") throw new RequestError("aborted", "call ended while its message was decompressed");
    const refusal = this.#reservation?.resize(inflated.length);
    if (refusal !== undefined) throw refusal;
    return this.#method.handle(inflated, this);
  }

  #failUnread(): void {
    if (this.#state !== "reading") return;
    this.#fail(new RequestError("aborted", "call ended before its message was there"));
  }

  readonly #onHandled = (answer: Uint8Array): void => {
    this.#handled();
    if (this.#state === "over" || this.#stream.isOver) return;
    this.#state = "over";
    this.#stream.table.sender.answer(this.#stream, answerOf(answer));
  };

  readonly #onFailed = (error: unknown): void => {
    this.#handled();
    this.#fail(error);
  };

  /** The pipeline is done with the message, which may be later than the call. */
  #handled(): void {
    this.#reservation?.release();
    this.#settings.inFlight.end();
    if (this.#isAbandoned) this.#stream.table.abandonedDone();
  }

  #reserve(byteCount: number): boolean {
    if (this.#state !== "reading") return false;
    const refusal = this.#reservation?.resize(byteCount);
    if (refusal !== undefined) this.#fail(refusal);
    return refusal === undefined;
  }

  #fail(error: unknown): void {
    if (this.#state === "over") return;
    // A message that is being handled takes its room until it is done, even if its sender waits no longer.
    if (this.#state === "reading") this.#reservation?.release();
    this.#message = undefined;
    this.#pieces = undefined;
    this.#state = "over";
    const status = this.#settings.refuse(error, this);
    if (!this.#stream.isOver) this.#stream.table.sender.headers(this.#stream, failureBlock(status), true);
  }
}

const empty = new Uint8Array(0);

/** Headers that belong to the transport, which pipelines do not see. */
const ofTransport: ReadonlySet<string> = new Set([
  "grpc-timeout",
  "grpc-encoding",
  "grpc-accept-encoding",
  "accept-encoding",
  "te",
  "content-type",
]);

/** Values of `grpc-encoding` that a message can be read in. */
const encodings: ReadonlySet<string> = new Set<ContentEncoding>(["gzip", "deflate", "zstd"]);

function isNoEncoding(encoding: string): boolean {
  return encoding === "" || encoding === "identity";
}

function flaggedWithoutEncoding(): RequestError {
  return new RequestError("bad_data", "grpc: compressed flag set with identity or empty encoding");
}

function unknownEncoding(encoding: string): RequestError {
  const text = `grpc: Decompressor is not installed for grpc-encoding "${encoding}"`;
  return new RequestError("unsupported_encoding", text);
}

function inGrpcWords(error: unknown, maxMessageBytes: number): unknown {
  if (!(error instanceof RequestError)) return error;
  const text =
    error.reason === "too_large"
      ? `grpc: received message after decompression larger than max ${maxMessageBytes}`
      : `grpc: failed to decompress the received message: ${error.message}`;
  return new RequestError(error.reason, text, { cause: error });
}

/** The answer that was made last: an export method answers nearly every call with the same bytes. */
let lastMessage: Uint8Array | undefined;
let lastAnswer: UnaryAnswer | undefined;

function answerOf(message: Uint8Array): UnaryAnswer {
  if (message === lastMessage && lastAnswer !== undefined) return lastAnswer;
  const answer = successAnswer(message);
  if (message.length > 64) return answer;
  lastMessage = message;
  lastAnswer = answer;
  return answer;
}
