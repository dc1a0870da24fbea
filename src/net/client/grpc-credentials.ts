import net, { type Socket } from "node:net";
import type tls from "node:tls";
import { CallCredentials, ChannelCredentials, type experimental } from "@grpc/grpc-js";
import type { Clock } from "../../component/clock.ts";
import { errorCode } from "./system-error-text.ts";
import { nodeTls } from "../node-tls.ts";
import type { TlsContext } from "./tls-context.ts";

/** As grpc-go: what has not come to a connection by then, is given up. */
const connectTimeoutMs = 20_000;

export interface GrpcCredentialsOptions {
  /** `undefined` is plain text. */
  readonly tls: TlsContext | undefined;
  /** Name or address that the certificate must have. */
  readonly host: string;
  readonly isVerified: boolean;
  readonly clock: Clock;
}

/**
 * How grpc-js makes a TCP connection one that it can speak over. Ours, because its own never reads certificates again,
 * sends an IP address as server name (which TLS forbids, and Node warns of), and waits for ever for a peer that accepts a
 * connection and then says nothing.
 */
export class GrpcCredentials extends ChannelCredentials {
  readonly #options: GrpcCredentialsOptions;
  readonly #sockets = new Set<Socket>();

  constructor(options: GrpcCredentialsOptions) {
    super();
    this.#options = options;
  }

  override _isSecure(): boolean {
    return this.#options.tls !== undefined;
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(
    _target: experimental.GrpcUri,
    _options: object,
    callCredentials = CallCredentials.createEmpty(),
  ): experimental.SecureConnector {
    return {
      connect: (socket) => this.#connect(socket),
      waitForReady: () => Promise.resolve(),
      getCallCredentials: () => callCredentials,
      destroy: () => undefined,
    };
  }

  /** Breaks what is still open: grpc-js forgets connections that it was making when it was closed. */
  destroySockets(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #connect(socket: Socket): Promise<experimental.SecureConnectResult> {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    // While certificates are read nobody else listens, and an error without listener would end the process.
    socket.on("error", () => undefined);
    const timer = this.#options.clock.setTimer(() => {
      // An HTTP/2 server speaks as soon as it has accepted.
      if (socket.bytesRead === 0) socket.destroy(new Error("connection attempt timed out"));
    }, connectTimeoutMs);
    socket.once("close", () => timer.cancel());
    const { tls } = this.#options;
    return tls === undefined
      ? { socket, secure: false }
      : { socket: await this.#secure(socket, await tls.get()), secure: true };
  }

  #secure(socket: Socket, secureContext: tls.SecureContext): Promise<tls.TLSSocket> {
    const { host, isVerified, clock } = this.#options;
    return new Promise((resolve, reject) => {
      const secured = nodeTls().connect({
        socket,
        secureContext,
        host,
        ...(net.isIP(host) === 0 && { servername: host }),
        rejectUnauthorized: isVerified,
        ALPNProtocols: ["h2"],
      });
      const timer = clock.setTimer(() => {
        secured.destroy(new Error("connection attempt timed out"));
      }, connectTimeoutMs);
      secured.once("secureConnect", () => {
        timer.cancel();
        resolve(secured);
      });
      // Stays: an error of a connection that nobody uses yet must not end the process.
      secured.on("error", (error) => {
        timer.cancel();
        // grpc-js passes on the text alone.
        reject(new Error(`${errorCode(error)} ${error.message}`));
      });
    });
  }
}
