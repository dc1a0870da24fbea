import type { HttpRequest, HttpResponse, StreamedRequest } from "./http-message.ts";
import { QuickRequest } from "./http1/quick-exchange.ts";
import type { SizeLimit } from "./inflate.ts";
import { RequestError } from "./request-error.ts";
import type { Reservation } from "./reservation.ts";

/** What a body is taken for until its length is known. */
export const assumedBodyBytes = 64 * 1024;

/**
 * What `Content-Length` claims; `undefined` without a usable one. Throws `RequestError` if it is over the limit, so that
 * such a body is refused before it comes.
 */
export function claimedLength(request: HttpRequest, limit: SizeLimit): number | undefined {
  const claimed = request instanceof QuickRequest ? request.contentLength : lengthIn(request.headers["content-length"]);
  if (claimed === undefined) return undefined;
  if (claimed > limit.maxBytes) throw bodyTooLarge(`${claimed} bytes`, limit);
  return claimed;
}

function lengthIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/**
 * Reads a whole body, as it is on the wire. The limit holds for the bytes that come, whatever was claimed, and the
 * reservation grows with them. Rejects with a `RequestError` (`too_large`, `aborted`) or with the refusal of the
 * reservation; what is left of the body is then left to the caller. With `isLent` the caller will not keep the body, and may
 * say so with `endLoan`.
 */
export function readBody(
  request: HttpRequest,
  claimed: number | undefined,
  limit: SizeLimit,
  reservation: Reservation | undefined,
  isLent = false,
): Uint8Array | Promise<Uint8Array> {
  // Its length is known, was allowed and is reserved already.
  return request instanceof QuickRequest ? request.readBody(isLent) : readStream(request, claimed, limit, reservation);
}

/** From now on nobody reads what `readBody` has read. */
export function endLoan(request: HttpRequest): void {
  if (request instanceof QuickRequest) request.endLoan();
}

function readStream(
  request: StreamedRequest,
  claimed: number | undefined,
  limit: SizeLimit,
  reservation: Reservation | undefined,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    let first: Uint8Array | undefined;
    let chunks: Uint8Array[] | undefined;
    let byteCount = 0;
    let reservedBytes = claimed ?? assumedBodyBytes;
    const stop = (): void => {
      request.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onClose);
    };
    const onData = (chunk: Uint8Array): void => {
      byteCount += chunk.length;
      if (byteCount > limit.maxBytes) {
        stop();
        reject(bodyTooLarge(`more than ${limit.maxBytes} bytes`, limit));
        return;
      }
      if (byteCount > reservedBytes) {
        reservedBytes = Math.min(byteCount * 2, limit.maxBytes);
        const refusal = reservation?.resize(reservedBytes);
        if (refusal !== undefined) {
          stop();
          reject(refusal);
          return;
        }
      }
      if (first === undefined) first = chunk;
      else if (chunks === undefined) chunks = [first, chunk];
      else chunks.push(chunk);
    };
    const onEnd = (): void => {
      stop();
      resolve(chunks === undefined ? (first ?? empty) : Buffer.concat(chunks, byteCount));
    };
    const onClose = (): void => {
      stop();
      const wanted = claimed === undefined ? "" : ` of ${claimed}`;
      reject(new RequestError("aborted", `connection ended after ${byteCount}${wanted} bytes of the body`));
    };
    // "close" comes without "end" when the connection breaks; "error" must have a listener then.
    request.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose);
  });
}

const empty = new Uint8Array(0);

function bodyTooLarge(received: string, limit: SizeLimit): RequestError {
  return new RequestError(
    "too_large",
    `http: request body too large: ${received} received, limit is ${limit.maxBytes} (${limit.option})`,
  );
}

/**
 * Lets the rest of a body that nobody wants any more run past, so that its sender comes to read the answer: closing at
 * once would reset the connection under the answer. Breaks the connection when more than `maxBytes` come.
 */
export function discardBody(request: HttpRequest, response: HttpResponse, maxBytes: number): void {
  if (request instanceof QuickRequest) {
    request.discard(maxBytes, () => response.destroy());
    return;
  }
  if (request.complete || request.destroyed) return;
  let byteCount = 0;
  request.on("data", (chunk: Uint8Array) => {
    byteCount += chunk.length;
    if (byteCount > maxBytes) request.destroy();
  });
  request.resume();
}
