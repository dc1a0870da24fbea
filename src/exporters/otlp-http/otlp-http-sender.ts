import { ConsumeError } from "../../component/consume-error.ts";
import type { SignalSettings } from "../../component/factory.ts";
import type { Host } from "../../component/host.ts";
import { findAuthenticator } from "../../net/client/authenticator.ts";
import { httpHeaderValue } from "../../net/client/client-headers.ts";
import { compress } from "../../net/client/compress.ts";
import { connectionTrouble } from "../../net/client/connection-trouble.ts";
import { HttpClient } from "../../net/client/http-client.ts";
import { OtlpDelivery, type OtlpPayload } from "../../net/client/otlp/delivery.ts";
import type { Outcome } from "../../net/client/otlp/outcome.ts";
import { PartialSuccessLog } from "../../net/client/otlp/partial-success-log.ts";
import { selectProxy } from "../../net/client/proxy.ts";
import { errorTrail } from "../../net/client/system-error-text.ts";
import { openTlsContext } from "../../net/client/open-tls-context.ts";
import { userAgent } from "../../net/client/user-agent.ts";
import { tellWithoutEffect } from "../../net/client/without-effect.ts";
import type { Batch } from "../../pdata/batch.ts";
import { encodeJson } from "../../pdata/json/encode-json.ts";
import type { Signal } from "../../pdata/signal.ts";
import type { Encoded, Sender, SendResult } from "../../sending/sender.ts";
import { answerOutcome, mediaTypes } from "./answer-outcome.ts";
import type { OtlpHttpConfig } from "./config.ts";
import { basicCredentials, printableUrl, signalUrl } from "./signal-url.ts";

/** One POST a batch, whose bytes go out as they came, compressed if asked, or as JSON. */
export class OtlpHttpSender<S extends Signal> implements Sender<S, OtlpPayload<S>> {
  readonly #config: OtlpHttpConfig;
  readonly #settings: SignalSettings<S>;
  readonly #url: URL;
  /** For messages. */
  readonly #urlText: string;
  readonly #delivery: OtlpDelivery<S>;
  readonly #partialSuccesses: PartialSuccessLog;
  #client: HttpClient | undefined;

  constructor(config: OtlpHttpConfig, settings: SignalSettings<S>) {
    this.#config = config;
    this.#settings = settings;
    this.#url = signalUrl(config, settings.signal);
    this.#urlText = printableUrl(this.#url);
    this.#partialSuccesses = new PartialSuccessLog(settings);
    this.#delivery = new OtlpDelivery<S>({
      clock: settings.clock,
      encode: (batch) => this.#body(batch),
      exchange: (body, signal) => this.#exchange(body, signal),
      onPartialSuccess: (partialSuccess) => this.#partialSuccesses.add(partialSuccess),
    });
  }

  /** Rejects when certificates cannot be read or the authenticator is missing; not when the peer is away. */
  async start(host: Host): Promise<void> {
    const { auth, tls, proxyUrl, maxConnsPerHost, idleConnTimeout, disableKeepAlives } = this.#config;
    const { logger, clock } = this.#settings;
    const proxy = selectProxy(this.#url, proxyUrl, process.env);
    tellWithoutEffect(logger, keysWithoutEffect(this.#config, proxy !== undefined));
    const authenticator = auth === undefined ? undefined : findAuthenticator(host, auth.authenticator, "HTTP");
    const context = this.#url.protocol === "https:" ? await openTlsContext(tls, { clock, logger }) : undefined;
    this.#client = new HttpClient({
      url: this.#url,
      headers: this.#headers(host),
      authenticator,
      proxy,
      tls: context,
      serverName: tls.serverNameOverride,
      isVerified: !tls.insecureSkipVerify,
      maxConnections: maxConnsPerHost,
      idleTimeoutMs: idleConnTimeout,
      isKeptAlive: !disableKeepAlives,
      clock,
    });
  }

  encode(batch: Batch<S>): Encoded<OtlpPayload<S>> | Promise<Encoded<OtlpPayload<S>>> {
    return this.#delivery.encode(batch);
  }

  send(payload: OtlpPayload<S>, signal: AbortSignal): Promise<SendResult<OtlpPayload<S>>> {
    return this.#delivery.send(payload, signal);
  }

  async shutdown(): Promise<void> {
    this.#partialSuccesses.close();
    await this.#client?.close();
    this.#client = undefined;
  }

  #body(batch: Batch<S>): Uint8Array | Promise<Uint8Array> {
    const { encoding, compression, compressionParams } = this.#config;
    const bytes = encoding === "json" ? encodeJson(batch) : batch.bytes;
    return compression === "none"
      ? bytes
      : compress(bytes, { compression, level: compressionParams.level, signal: this.#settings.signal });
  }

  /** What users write replaces what we would send. */
  #headers(host: Host): ReadonlyMap<string, string> {
    const { encoding, compression, headers } = this.#config;
    const result = new Map([
      ["content-type", mediaTypes[encoding]],
      ["user-agent", userAgent(host.buildInfo)],
    ]);
    if (compression !== "none") result.set("content-encoding", compression);
    const credentials = basicCredentials(this.#url);
    if (credentials !== undefined) result.set("authorization", credentials);
    for (const [name, value] of headers) result.set(name.toLowerCase(), httpHeaderValue(value.reveal()));
    return result;
  }

  async #exchange(body: Uint8Array, signal: AbortSignal): Promise<Outcome> {
    try {
      if (this.#client === undefined) throw new ConsumeError("retryable", "exporter is not running");
      const answer = await this.#client.post(body, signal);
      return answerOutcome(answer, this.#urlText, this.#settings.clock.now());
    } catch (error) {
      return { status: "failed", error: this.#networkError(error) };
    }
  }

  #networkError(error: unknown): ConsumeError {
    if (error instanceof ConsumeError) return error;
    const { host, protocol } = this.#url;
    const destination = { address: host, protocol: "HTTP", isTls: protocol === "https:" } as const;
    const text = `failed to make an HTTP request: ${connectionTrouble(destination, errorTrail(error))}`;
    return new ConsumeError("retryable", text, { cause: error });
  }
}

function keysWithoutEffect(config: OtlpHttpConfig, isProxied: boolean): Readonly<Record<string, boolean>> {
  return {
    "read_buffer_size": config.readBufferSize !== 0,
    "write_buffer_size": config.writeBufferSize !== 524_288,
    "max_idle_conns": config.maxIdleConns !== 100,
    "max_idle_conns_per_host": config.maxIdleConnsPerHost !== 0,
    "http2_read_idle_timeout": config.http2ReadIdleTimeout !== 0,
    "http2_ping_timeout": config.http2PingTimeout !== 0,
    "profiles_endpoint": config.profilesEndpoint !== "",
    "tls::reload_interval": isProxied && config.tls.reloadInterval > 0,
  };
}
