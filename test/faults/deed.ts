/** What a sink does with one request. */
export type Deed =
  | { readonly is: "take"; readonly delayMs?: number }
  /** Takes, at most so many items a second over all requests; answers when that is. */
  | { readonly is: "pace"; readonly itemsPerSecond: number }
  /** Takes up to `atMost` items, answers 413 (gRPC: RESOURCE_EXHAUSTED, too large) to more. */
  | { readonly is: "limit"; readonly atMost: number }
  /** OTLP: answers success and says that the first `rejected` items were not taken. */
  | { readonly is: "take_part"; readonly rejected: number }
  /** The status is that of HTTP; over gRPC its counterpart. */
  | { readonly is: "refuse"; readonly status: number; readonly retryAfter?: string }
  /** Neither reads nor answers. */
  | { readonly is: "hang" }
  /** Ends the connection (gRPC: the stream) within the request: nothing was taken. */
  | { readonly is: "reset_request" }
  /** Takes the items and ends the connection (gRPC: the stream) within the answer: the sender cannot know. */
  | { readonly is: "reset_answer" }
  /** Takes the items and answers one byte a second: the sender cannot wait. */
  | { readonly is: "drip" }
  /** gRPC: takes, and tells the sender to use another connection; streams under way end in peace. */
  | { readonly is: "goaway" }
  /** gRPC: the same, but the connection breaks at once, with all streams on it. */
  | { readonly is: "goaway_break" };

export type Behaviour = () => Deed;

export const take: Behaviour = () => ({ is: "take" });

/** Tells, for a number of items, when a place that takes so many a second is done with them; ms from now. */
export class Pace {
  #freeAtMs = 0;

  delayMs(itemCount: number, itemsPerSecond: number): number {
    const nowMs = performance.now();
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + (itemCount / itemsPerSecond) * 1000;
    return this.#freeAtMs - nowMs;
  }
}
