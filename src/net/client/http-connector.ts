import net, { type Socket } from "node:net";
import tls from "node:tls";
import type { buildConnector } from "undici";
import type { Clock } from "../../component/clock.ts";
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

/**
 * How undici makes connections. Ours, because its own never reads certificates again, and takes the server name from a
 * `Host` header where one is set.
 */
export function createHttpConnector(options: HttpConnectorOptions): buildConnector.connector {
  return (target, callback) => {
    const { hostname: host } = target;
    const port = Number(target.port || (target.protocol === "https:" ? 443 : 80));
    let isDone = false;
    const done = (error: Error | null, socket?: Socket): void => {
      if (isDone) return;
      isDone = true;
      timer.cancel();
      if (error !== null || socket === undefined) callback(error ?? new Error("connection failed"), null);
      else callback(null, socket);
    };
    let connecting: Socket | undefined;
    const timer = options.clock.setTimer(() => {
      done(new Error("connection attempt timed out"));
      connecting?.destroy();
    }, connectTimeoutMs);
    const follow = (socket: Socket, event: "connect" | "secureConnect"): void => {
      connecting = socket;
      socket.once(event, () => done(null, socket));
      // Stays: an error after the connection is made is undici's, and one before it is ours.
      socket.on("error", (error) => done(error));
      socket.once("close", () => done(new Error("connection closed")));
    };
    if (options.tls === undefined) follow(net.connect({ host, port, ...socketOptions }), "connect");
    else {
      options.tls.get().then((secureContext) => {
        if (isDone) return;
        const name = options.serverName === "" ? host : options.serverName;
        const secured = tls.connect({
          host,
          port,
          ...socketOptions,
          secureContext,
          ...(net.isIP(name) === 0 && { servername: name }),
          checkServerIdentity: (_host, certificate) => tls.checkServerIdentity(name, certificate),
          rejectUnauthorized: options.isVerified,
          ALPNProtocols: ["http/1.1"],
        });
        follow(secured, "secureConnect");
      }, done);
    }
  };
}

const socketOptions = { noDelay: true, keepAlive: true, keepAliveInitialDelay: tcpKeepAliveMs };
