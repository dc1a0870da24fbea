import type { Socket } from "node:net";
import { goAwayPayload } from "./control-frames.ts";
import { ErrorCode, FrameType, maxStreamId } from "./frame.ts";
import type { Output } from "./output.ts";
import type { StreamTable } from "./stream-table.ts";

/** How long a connection that is over is still read: closing with unread bytes would reset it under the last frame. */
const lingerMs = 1000;
/** How long a peer may take to acknowledge that it was told to go. */
const drainMs = 1000;

const drainPing = Buffer.from("goodbye\0");

/**
 * How a connection ends (RFC 9113, section 6.8).
 *
 *   open ─ drain() ─► going ─ PING answered, or 1 s ─► last ─ no stream left ─► over
 *     └────────────────────┴────────── fail() ──────────┴──────────────────────►
 */
export class Farewell {
  readonly #socket: Socket;
  readonly #output: Output;
  readonly #streams: StreamTable;
  /** `going`: the peer was asked to end; `last`: no new request is taken; `over`: nothing is read any more. */
  state: "open" | "going" | "last" | "over" = "open";
  #timer: NodeJS.Timeout | undefined;

  constructor(socket: Socket, output: Output, streams: StreamTable) {
    this.#socket = socket;
    this.#output = output;
    this.#streams = streams;
  }

  /** Tells the peer to send no further requests; those under way are answered. Safe twice. */
  drain(): void {
    if (this.state !== "open") return;
    this.state = "going";
    // Requests may be on their way already: which of them is the last one that counts is told when the peer has read this.
    this.#goAway(maxStreamId, ErrorCode.none, "");
    this.#output.frame(FrameType.ping, 0, 0, drainPing);
    this.#timer = setTimeout(() => this.#sayLast(), drainMs).unref();
  }

  /** A PING of ours was answered, with its first byte. */
  onPong(firstByte: number): void {
    if (firstByte === drainPing[0]) this.#sayLast();
  }

  /** No stream is open any more. */
  onEmpty(): void {
    if (this.state === "last") this.#end();
  }

  /** Ends the connection for a fault of the peer. */
  fail(code: number, text: string): void {
    this.#goAway(this.#streams.lastStreamId, code, text);
    this.#end();
  }

  /** The socket is gone. */
  close(): void {
    this.state = "over";
    clearTimeout(this.#timer);
  }

  #sayLast(): void {
    if (this.state !== "going") return;
    clearTimeout(this.#timer);
    this.state = "last";
    this.#goAway(this.#streams.lastStreamId, ErrorCode.none, "");
    if (this.#streams.size === 0) this.#end();
  }

  #goAway(lastStreamId: number, code: number, text: string): void {
    this.#output.frame(FrameType.goaway, 0, 0, goAwayPayload(lastStreamId, code, text));
  }

  /** Says what there is to say and closes. */
  #end(): void {
    if (this.state === "over") return;
    this.state = "over";
    this.#streams.forgetAll();
    this.#output.flush();
    this.#socket.end();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#socket.destroy(), lingerMs).unref();
  }
}
