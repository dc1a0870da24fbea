import type { Clock } from "../../component/clock.ts";
import type { Host } from "../../component/host.ts";
import type { Logger } from "../../component/logger.ts";
import { findAuthenticator, signedHeaders, type ClientAuthenticator } from "../../net/client/authenticator.ts";
import { httpHeaderValue } from "../../net/client/client-headers.ts";
import { HttpClient } from "../../net/client/http-client.ts";
import { createHttpConnector, type HttpConnectorOptions } from "../../net/client/http-connector.ts";
import { openTlsContext } from "../../net/client/open-tls-context.ts";
import type { TlsContext } from "../../net/client/tls-context.ts";
import { userAgent } from "../../net/client/user-agent.ts";
import { askStatus } from "./ask-status.ts";
import type { EndpointConfig } from "./config.ts";
import { reportUrl } from "./endpoint.ts";
import type { LineFormat } from "./lines/line-body.ts";
import type { Target } from "./target.ts";

const idleTimeoutMs = 30_000;

export interface ConnectionOptions {
  readonly target: Target;
  /** `traces` or `metrics` of the configuration. */
  readonly config: EndpointConfig;
  readonly host: Host;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How to reach the target: what its clients have in common. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #authenticator: ClientAuthenticator | undefined;
  readonly #connector: HttpConnectorOptions;

  private constructor(options: ConnectionOptions, tls: TlsContext | undefined) {
    const { auth, tls: tlsConfig } = options.config;
    this.#options = options;
    this.#authenticator = auth === undefined ? undefined : findAuthenticator(options.host, auth.authenticator, "HTTP");
    this.#connector = {
      tls,
      serverName: tlsConfig.serverNameOverride,
      isVerified: !tlsConfig.insecureSkipVerify,
      clock: options.clock,
    };
  }

  /** Rejects when certificates cannot be read or the authenticator is missing; not when nobody answers. */
  static async prepare(options: ConnectionOptions): Promise<Connection> {
    const { target, config, clock, logger } = options;
    const tls = target.url.protocol === "https:" ? await openTlsContext(config.tls, { clock, logger }) : undefined;
    return new Connection(options, tls);
  }

  /** Connects when there is something to send. */
  client(format: LineFormat, headers: Readonly<Record<string, string>>): HttpClient {
    const { target, config } = this.#options;
    return new HttpClient({
      url: reportUrl(target.url, format),
      headers: this.#headers(headers),
      authenticator: this.#authenticator,
      proxy: config.proxyUrl === "" ? undefined : config.proxyUrl,
      maxConnections: 0,
      idleTimeoutMs,
      isKeptAlive: true,
      ...this.#connector,
    });
  }

  /** Asks with a connection of its own and resolves with the status; `undefined` where a proxy for HTTP is in between. */
  asker(format: LineFormat): ((signal: AbortSignal) => Promise<number>) | undefined {
    if (this.#options.config.proxyUrl !== "") return undefined;
    return async (signal) => {
      const headers = this.#headers({});
      const signed = this.#authenticator === undefined ? [] : await signedHeaders(this.#authenticator, "HTTP");
      for (const [name, value] of signed) headers.set(name, httpHeaderValue(value));
      const connect = createHttpConnector(this.#connector, signal);
      return askStatus({ url: reportUrl(this.#options.target.url, format), headers, connect, signal });
    };
  }

  #headers(own: Readonly<Record<string, string>>): Map<string, string> {
    const { target, config, host } = this.#options;
    const all = new Map(Object.entries({ ...own, "user-agent": userAgent(host.buildInfo) }));
    if (target.token !== undefined) all.set("authorization", `Bearer ${httpHeaderValue(target.token.reveal())}`);
    for (const [name, value] of config.headers) all.set(name.toLowerCase(), httpHeaderValue(value.reveal()));
    return all;
  }
}
