import type { StreamTable } from "./stream-table.ts";

/** Whoever takes a request. Nothing is called after `onClosed`. */
export interface StreamReceiver {
  /** A piece of the body, valid only during the call, unless the answer is `true`: then all of `chunk` stays alive. */
  onData(chunk: Buffer, start: number, end: number): boolean;
  /** The whole body has come. */
  onEnd(): void;
  /** Its deadline has passed. */
  onDeadline(): void;
  /** The stream is over: answered as a whole, reset by either side, silent for too long, or its connection is gone. */
  onClosed(): void;
}

const nothing: readonly Uint8Array[] = Object.freeze([]);

/** One request and its answer. What is said on it goes through its table, which knows of windows. */
export class Stream {
  readonly id: number;
  readonly table: StreamTable;
  receiver: StreamReceiver | undefined;
  /** What the peer may still send, and what of that was consumed since it was last told. */
  receiveWindow: number;
  consumedBytes = 0;
  /** What we may still send. */
  sendWindow: number;
  /** Of the body, as `content-length` says; -1 if it does not. */
  bytesToCome: number;
  isPeerDone = false;
  isOver = false;
  /** When it was last heard of, on the clock of `performance.now()`. */
  activeMs: number;
  deadlineMs = Infinity;
  /** Parts of the answer that wait for a window. */
  waiting: readonly Uint8Array[] = nothing;
  /** Header block that ends the answer; empty: the last DATA frame ends it. */
  trailers: Uint8Array | undefined;

  constructor(table: StreamTable, id: number, receiveWindow: number, sendWindow: number, bytesToCome: number) {
    this.table = table;
    this.id = id;
    this.receiveWindow = receiveWindow;
    this.sendWindow = sendWindow;
    this.bytesToCome = bytesToCome;
    this.activeMs = table.nowMs;
  }
}
