import type { Socket } from "node:net";
import type { Dispatcher } from "undici";
import { signedHeaders, type ClientAuthenticator } from "./authenticator.ts";
import { httpHeaderValue } from "./client-headers.ts";
import { AnswerReader, type HttpAnswer } from "./http-answer.ts";
import { maskBytes, secretValues } from "./mask-secrets.ts";
import { createHttpConnector, type HttpConnectorOptions } from "./http-connector.ts";

export interface HttpClientOptions extends HttpConnectorOptions {
  /** All requests go here. */
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly authenticator: ClientAuthenticator | undefined;
  /** `undefined` is none. */
  readonly proxy: string | undefined;
  /** Connections at a time; 0 is no limit but the number of requests. */
  readonly maxConnections: number;
  /** After how long without a request a connection is closed; 0 is never. */
  readonly idleTimeoutMs: number;
  /** `false`: a connection of its own for each request. */
  readonly isKeptAlive: boolean;
}

const noHeaders: readonly string[] = [];
const dayMs = 86_400_000;

/**
 * POST requests to one URL over HTTP/1.1. Redirects are not followed: the answer is handed back, and no header goes to
 * another host.
 */
export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #closing = new AbortController();
  #opening: Promise<Dispatcher> | undefined;
  #dispatcher: Dispatcher | undefined;
  readonly #path: string;
  /** In pairs: name, value, name, value. */
  readonly #headers: string[];
  readonly #sockets = new Set<Socket>();

  /** Loads undici and connects only when there is something to send. */
  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#path = options.url.pathname + options.url.search;
    this.#headers = [...options.headers].flat();
  }

  /**
   * Whether all that was handed over has been written to the connections, so that memory of bodies may be used again.
   * `false` also where that is not known: behind an HTTP proxy.
   */
  get hasWritten(): boolean {
    for (const { writableLength } of this.#sockets) if (writableLength > 0) return false;
    return this.#options.proxy === undefined;
  }

  /**
   * One request. Rejects with the error of the connection, with the reason of `signal` when that aborts, or with the error
   * of the authenticator. The answer has asterisks where the peer repeats a secret header. `own` are headers of this request
   * alone, in pairs.
   */
  async post(body: Uint8Array, signal: AbortSignal, own: readonly string[] = noHeaders): Promise<HttpAnswer> {
    const { url, authenticator } = this.#options;
    const shared = authenticator === undefined ? this.#headers : await this.#signedHeaders(authenticator);
    const headers = own.length === 0 ? shared : [...shared, ...own];
    const dispatcher = this.#dispatcher ?? (await this.#open());
    const reader = new AnswerReader(signal);
    if (signal.aborted) return reader.answer;
    try {
      dispatcher.dispatch({ origin: url.origin, path: this.#path, method: "POST", headers, body }, reader);
    } catch (error) {
      reader.fail(error);
    }
    const answer = await reader.answer;
    // Success has two bytes or none.
    return answer.body.length <= 2 ? answer : { ...answer, body: maskBytes(answer.body, secretsOf(headers)) };
  }

  async #signedHeaders(authenticator: ClientAuthenticator): Promise<string[]> {
    const headers = new Map(this.#options.headers);
    for (const [name, value] of await signedHeaders(authenticator, "HTTP")) {
      headers.set(name, httpHeaderValue(value));
    }
    return [...headers].flat();
  }

  /** Breaks all connections. Requests under way should have ended before. */
  async close(): Promise<void> {
    this.#closing.abort();
    await (await this.#opening?.catch(() => undefined))?.destroy();
  }

  async #open(): Promise<Dispatcher> {
    const { proxy } = this.#options;
    this.#opening ??= proxy === undefined ? this.#openPool() : openProxyAgent(proxy, this.#options);
    this.#dispatcher = await this.#opening;
    return this.#dispatcher;
  }

  async #openPool(): Promise<Dispatcher> {
    const connect = createHttpConnector(this.#options, this.#closing.signal);
    const sockets = this.#sockets;
    const { default: Pool } = await import("undici/lib/dispatcher/pool.js");
    return new Pool(this.#options.url.origin, {
      ...commonOptions(this.#options),
      connect: (target, callback) => {
        connect(target, (...result) => {
          const [, socket] = result;
          if (socket !== null) {
            sockets.add(socket);
            socket.once("close", () => sockets.delete(socket));
          }
          callback(...result);
        });
      },
    });
  }
}

/** `headers` in pairs: name, value, name, value. The values as text, not as the bytes that Node sends. */
function secretsOf(headers: readonly string[]): readonly string[] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    pairs.push([headers[index] ?? "", Buffer.from(headers[index + 1] ?? "", "latin1").toString("utf8")]);
  }
  return secretValues(pairs);
}

function commonOptions({ maxConnections, idleTimeoutMs, isKeptAlive }: HttpClientOptions) {
  const idle = idleTimeoutMs > 0 ? idleTimeoutMs : dayMs;
  return {
    allowH2: false,
    connections: maxConnections > 0 ? maxConnections : null,
    pipelining: isKeptAlive ? 1 : 0,
    keepAliveTimeout: idle,
    keepAliveMaxTimeout: idle,
    // The attempt has a time limit around it.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
}

async function openProxyAgent(proxy: string, options: HttpClientOptions): Promise<Dispatcher> {
  const { tls, serverName, isVerified } = options;
  // Its tunnels need parts that only the whole of undici puts together.
  const { ProxyAgent } = await import("undici");
  const secureContext = await tls?.get();
  return new ProxyAgent({
    ...commonOptions(options),
    uri: proxy,
    requestTls: {
      ...(secureContext !== undefined && { secureContext }),
      ...(serverName !== "" && { servername: serverName }),
      rejectUnauthorized: isVerified,
      allowH2: false,
    },
  });
}
