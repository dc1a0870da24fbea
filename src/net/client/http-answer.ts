import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";

export interface HttpAnswer {
  readonly statusCode: number;
  /** Names in lower case; of a header that came several times the first. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most `maxAnswerBytes` of the body. */
  readonly body: Uint8Array;
  /** There was more of the body, or it broke off. */
  readonly isTruncated: boolean;
}

/** How much of a body is kept; upstream's number. */
export const maxAnswerBytes = 64 * 1024;
/** As much again is read and thrown away, so that the connection can be used again; beyond that it is closed. */
const maxDrainedBytes = 2 * maxAnswerBytes;

/**
 * Collects the answer to one request. The promise settles once: with the answer, or with the error of a connection that
 * gave none. It does not wait for undici when `signal` aborts.
 */
export class AnswerReader implements Dispatcher.DispatchHandler {
  readonly answer: Promise<HttpAnswer>;
  readonly #resolve: (answer: HttpAnswer) => void;
  readonly #reject: (error: unknown) => void;
  readonly #signal: AbortSignal;
  #controller: Dispatcher.DispatchController | undefined;
  #isSettled = false;
  #statusCode = 0;
  #headers: IncomingHttpHeaders = {};
  readonly #chunks: Uint8Array[] = [];
  #byteCount = 0;

  constructor(signal: AbortSignal) {
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
    this.answer = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#signal = signal;
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Given up while it waited for a connection.
    if (this.#isSettled) controller.abort(gaveUp);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, statusCode: number, headers: IncomingHttpHeaders): void {
    // 1xx comes before the answer.
    if (statusCode < 200) return;
    this.#statusCode = statusCode;
    this.#headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const room = maxAnswerBytes - this.#byteCount;
    // A copy: undici's chunk is a part of a buffer that it reads into again.
    if (room > 0) this.#chunks.push(Buffer.from(chunk.subarray(0, room)));
    this.#byteCount += chunk.length;
    if (this.#byteCount <= maxDrainedBytes) return;
    this.#settleWithAnswer(true);
    controller.abort(gaveUp);
  }

  onResponseEnd(): void {
    // undici frees the connection in the next turn. A request that is made before that would open another.
    setImmediate(() => setImmediate(() => this.#settleWithAnswer(this.#byteCount > maxAnswerBytes)));
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    // The status says enough where it is no success; of a success it is not sure that it was meant.
    if (this.#statusCode >= 300) this.#settleWithAnswer(true);
    else this.fail(error);
  }

  fail(error: unknown): void {
    if (!this.#settle()) return;
    this.#reject(error);
  }

  #settleWithAnswer(isTruncated: boolean): void {
    if (!this.#settle()) return;
    this.#resolve({
      statusCode: this.#statusCode,
      headers: firstValues(this.#headers),
      body: Buffer.concat(this.#chunks),
      isTruncated,
    });
  }

  readonly #onAbort = (): void => {
    this.fail(this.#signal.reason);
    this.#controller?.abort(gaveUp);
  };

  #settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    this.#signal.removeEventListener("abort", this.#onAbort);
    return true;
  }
}

const gaveUp = new Error("request was given up");

function firstValues(headers: IncomingHttpHeaders): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) result[name] = first;
  }
  return result;
}
