import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";

export interface AskOptions {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Uint8Array;
  readonly timeoutMs: number;
  /** Take any certificate. */
  readonly insecure?: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** Bytes of an answer that are read; what a peer sends beyond that does not matter to any question here. */
const maxAnswerBytes = 4 * 1024 * 1024;

/** One request over HTTP/1.1 on a connection of its own. Rejects with the system's error, or after `timeoutMs`. */
export function askHttp(url: URL, options: AskOptions): Promise<HttpAnswer> {
  const isTls = url.protocol === "https:";
  const { request } = isTls ? process.getBuiltinModule("node:https") : process.getBuiltinModule("node:http");
  const { method = "GET", headers = {}, body, timeoutMs, insecure = false } = options;
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      {
        method,
        agent: false,
        headers: { ...headers, ...(body !== undefined && { "content-length": body.length }) },
        signal: AbortSignal.timeout(timeoutMs),
        ...(isTls && { rejectUnauthorized: !insecure }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on("data", (chunk: Buffer) => {
          size += chunk.length;
          if (size <= maxAnswerBytes) chunks.push(chunk);
        });
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        );
        response.on("error", reject);
      },
    );
    asked.on("error", (error) => reject(timeoutError(error, timeoutMs)));
    asked.end(body);
  });
}

/** The abort of `AbortSignal.timeout` in words. */
export function timeoutError(error: Error, timeoutMs: number): Error {
  return error.name === "AbortError" || error.name === "TimeoutError"
    ? new Error(`no answer within ${timeoutMs} ms`, { cause: error })
    : error;
}
