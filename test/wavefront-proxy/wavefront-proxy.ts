import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { lineFormats, readLines, type LineFormat, type ReadOptions } from "./read-lines.ts";
import { recordLines } from "./record-lines.ts";
import type { Verdict } from "./verdict.ts";

export interface ProxyRequest {
  readonly format: LineFormat;
  /** Path and query. */
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  /** Unzipped. */
  readonly body: string;
  readonly verdicts: readonly Verdict[];
}

export interface ProxyAnswer {
  readonly status: number;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
}

export interface WavefrontProxyOptions extends ReadOptions {
  /** What to answer instead of taking a request: `drop` breaks the connection. `undefined` takes it. */
  answer?(request: ProxyRequest): ProxyAnswer | "drop" | undefined;
  /** The same for the question whether anybody is there (GET). */
  answerCheck?(headers: http.IncomingHttpHeaders): ProxyAnswer | "drop" | undefined;
  /** Largest body, unzipped; beyond it 413. */
  readonly maxBytes?: number;
}

const formats: ReadonlySet<string> = new Set(lineFormats);

/**
 * Stands in for a Wavefront proxy: takes `POST /report?f=…` on a loopback port, reads every line with a reader of its own,
 * and answers 202 whatever it thinks of the lines, as a proxy does.
 */
export class WavefrontProxy {
  readonly #options: WavefrontProxyOptions;
  readonly #server: http.Server;
  /** Paths of questions without body (GET), of which a proxy counts nothing. */
  readonly checks: string[] = [];
  /** Taken requests. */
  readonly requests: ProxyRequest[] = [];
  /** All requests, with those that were refused. */
  readonly attempts: ProxyRequest[] = [];

  private constructor(options: WavefrontProxyOptions) {
    this.#options = options;
    this.#server = http.createServer((request, response) => {
      void this.#handle(request, response);
    });
  }

  static async start(options: WavefrontProxyOptions & { readonly port?: number } = {}): Promise<WavefrontProxy> {
    const proxy = new WavefrontProxy(options);
    proxy.#server.listen(options.port ?? 0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** Lines of all taken requests of a format, with what became of them. */
  verdicts(format: LineFormat): Verdict[] {
    return this.requests.filter((request) => request.format === format).flatMap(({ verdicts }) => verdicts);
  }

  /** What a user would find in the log of a proxy: refused lines, and tags that it had to cut. */
  complaints(): Verdict[] {
    const all = lineFormats.flatMap((format) => this.verdicts(format));
    return all.filter(({ verdict, truncated }) => verdict !== "accepted" || truncated !== undefined);
  }

  async #handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      // The client went away; there is nobody to answer.
      return;
    }
    const outcome = this.#outcome(request, Buffer.concat(chunks));
    if (outcome === "drop") return void request.socket.destroy();
    response.writeHead(outcome.status, outcome.headers);
    response.end(outcome.body);
  }

  #outcome(request: http.IncomingMessage, raw: Buffer): ProxyAnswer | "drop" {
    const url = new URL(request.url ?? "/", "http://proxy");
    const format = url.searchParams.get("f") ?? "";
    if (request.method === "GET" && url.pathname.endsWith("/report")) {
      this.checks.push(request.url ?? "");
      return this.#options.answerCheck?.(request.headers) ?? { status: 202 };
    }
    if (request.method !== "POST" || !url.pathname.endsWith("/report")) return { status: 404, body: "no such path" };
    if (!formats.has(format)) return { status: 400, body: `unknown format ${format}` };
    let body: string;
    try {
      const bytes = request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
      if (bytes.length > (this.#options.maxBytes ?? 16 * 1024 * 1024)) return { status: 413, body: "too large" };
      body = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch (error) {
      return { status: 400, body: String(error) };
    }
    recordLines(format as LineFormat, body);
    return this.#take({
      format: format as LineFormat,
      path: request.url ?? "",
      headers: request.headers,
      body,
      verdicts: readLines(format as LineFormat, body, this.#options),
    });
  }

  #take(request: ProxyRequest): ProxyAnswer | "drop" {
    this.attempts.push(request);
    const scripted = this.#options.answer?.(request);
    if (scripted !== undefined) return scripted;
    this.requests.push(request);
    const lost = request.verdicts.some((verdict) => verdict.http_400_rest_of_request_lost === true);
    return lost ? { status: 400, body: "Invalid UUID string" } : { status: 202 };
  }
}
