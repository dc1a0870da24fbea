import net, { type Socket } from "node:net";
import type tls from "node:tls";
import type { buildConnector } from "undici";
import type { Clock, Timer } from "../../component/clock.ts";
import { nodeTls } from "../node-tls.ts";
import type { TlsContext } from "./tls-context.ts";

const connectTimeoutMs = 10_000;
/** First sign of life that TCP asks for on a silent connection. */
const tcpKeepAliveMs = 60_000;

export interface HttpConnectorOptions {
  /** `undefined` is plain text. */
  readonly tls: TlsContext | undefined;
  /** Name that the certificate must have, if not the host's own. */
  readonly serverName: string;
  readonly isVerified: boolean;
  readonly clock: Clock;
}

type Connector = buildConnector.connector;

/**
 * How undici makes connections. Ours, because its own never reads certificates again, and takes the server name from a
 * `Host` header where one is set. When `closing` aborts, connections that are being made are given up.
 */
export function createHttpConnector(options: HttpConnectorOptions, closing: AbortSignal): Connector {
  return (target, callback) => {
    const attempt = new ConnectionAttempt(options.clock, closing, callback);
    const host = target.hostname;
    const port = Number(target.port || (target.protocol === "https:" ? 443 : 80));
    if (options.tls === undefined) attempt.follow(net.connect({ host, port, ...socketOptions }), "connect");
    else {
      options.tls.get().then(
        (context) => attempt.isDone || attempt.follow(connectTls(host, port, context, options), "secureConnect"),
        (error: unknown) => attempt.fail(error),
      );
    }
  };
}

const socketOptions = { noDelay: true, keepAlive: true, keepAliveInitialDelay: tcpKeepAliveMs };

function connectTls(
  host: string,
  port: number,
  secureContext: tls.SecureContext,
  { serverName, isVerified }: HttpConnectorOptions,
): tls.TLSSocket {
  const name = serverName === "" ? host : serverName;
  return nodeTls().connect({
    host,
    port,
    ...socketOptions,
    secureContext,
    // An address is no server name.
    ...(net.isIP(name) === 0 && { servername: name }),
    checkServerIdentity: (_host, certificate) => nodeTls().checkServerIdentity(name, certificate),
    rejectUnauthorized: isVerified,
    ALPNProtocols: ["http/1.1"],
  });
}

/** Answers undici once: with a socket that can be used, or with why there is none. */
class ConnectionAttempt {
  readonly #callback: buildConnector.Callback;
  readonly #closing: AbortSignal;
  readonly #timer: Timer;
  #socket: Socket | undefined;
  isDone = false;

  constructor(clock: Clock, closing: AbortSignal, callback: buildConnector.Callback) {
    this.#callback = callback;
    this.#closing = closing;
    this.#timer = clock.setTimer(() => this.fail(new Error("connection attempt timed out")), connectTimeoutMs);
    closing.addEventListener("abort", this.#onClosing, { once: true });
  }

  follow(socket: Socket, readyEvent: "connect" | "secureConnect"): void {
    this.#socket = socket;
    socket.once(readyEvent, () => {
      if (this.#finish()) this.#callback(null, socket);
    });
    // Stays: an error before the connection is made is ours, one after it is undici's.
    socket.on("error", (error) => this.fail(error));
    socket.once("close", () => this.fail(new Error("connection closed")));
  }

  fail(error: unknown): void {
    if (!this.#finish()) return;
    this.#socket?.destroy();
    this.#callback(error instanceof Error ? error : new Error(String(error)), null);
  }

  readonly #onClosing = (): void => this.fail(new Error("client is closed"));

  #finish(): boolean {
    if (this.isDone) return false;
    this.isDone = true;
    this.#timer.cancel();
    this.#closing.removeEventListener("abort", this.#onClosing);
    return true;
  }
}
