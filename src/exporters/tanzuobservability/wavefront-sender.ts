import { ConsumeError } from "../../component/consume-error.ts";
import type { SignalSettings } from "../../component/factory.ts";
import type { Host } from "../../component/host.ts";
import { findAuthenticator } from "../../net/client/authenticator.ts";
import { httpHeaderValue } from "../../net/client/client-headers.ts";
import { HttpClient } from "../../net/client/http-client.ts";
import { TlsContext } from "../../net/client/tls-context.ts";
import { userAgent } from "../../net/client/user-agent.ts";
import { tellWithoutEffect } from "../../net/client/without-effect.ts";
import type { Batch } from "../../pdata/batch.ts";
import type { Signal } from "../../pdata/signal.ts";
import type { Dropped, Encoded, Sender, SendResult } from "../../sending/sender.ts";
import type { EndpointConfig, WavefrontConfig } from "./config.ts";
import type { LineSource } from "./create-wavefront-exporter.ts";
import { parseEndpoint, printableEndpoint, reportUrl } from "./endpoint.ts";
import type { Chunk, LineFormat } from "./lines/line-body.ts";
import { pack, packNow, splitPart } from "./pack.ts";
import { payloadOf, type Part, type WavefrontPayload } from "./payload.ts";
import { proxyOutcome, type ProxyOutcome } from "./proxy-answer.ts";
import { proxyTrouble } from "./proxy-trouble.ts";
import { RuleReport } from "./rule-report.ts";

const idleTimeoutMs = 30_000;

/** Chunks of one batch that may wait for the thread pool; more are compressed at once, so that memory stays bounded. */
const maxWaitingChunks = 32;

/** Turns batches into requests to a Wavefront proxy, and posts them one after the other. */
export class WavefrontSender<S extends Signal> implements Sender<S, WavefrontPayload> {
  readonly #config: WavefrontConfig;
  readonly #settings: SignalSettings<S>;
  readonly #source: LineSource<S>;
  readonly #report: RuleReport;
  readonly #endpoint: URL;
  readonly #clients = new Map<LineFormat, HttpClient>();
  #packing: (Part | Promise<Part>)[] = [];

  constructor(
    config: WavefrontConfig,
    settings: SignalSettings<S>,
    createSource: (onChunk: (chunk: Chunk) => void) => LineSource<S>,
  ) {
    this.#config = config;
    this.#settings = settings;
    this.#report = new RuleReport(settings);
    this.#source = createSource((chunk) => {
      this.#packing.push(this.#packing.length < maxWaitingChunks ? pack(chunk) : packNow(chunk));
    });
    const endpoint = parseEndpoint(config[this.#source.section].endpoint);
    if (typeof endpoint === "string") throw new Error(`failed to parse ${this.#source.section}.endpoint: ${endpoint}`);
    this.#endpoint = endpoint;
  }

  /** Rejects when certificates cannot be read or the authenticator is missing; not when the proxy is away. */
  async start(host: Host): Promise<void> {
    const { logger, clock } = this.#settings;
    const { auth, tls, headers, proxyUrl, ...rest } = this.#config[this.#source.section];
    tellWithoutEffect(logger, keysWithoutEffect(rest));
    const authenticator = auth === undefined ? undefined : findAuthenticator(host, auth.authenticator, "HTTP");
    const context = this.#endpoint.protocol === "https:" ? new TlsContext(tls, { clock, logger }) : undefined;
    await context?.load();
    const allHeaders = new Map([
      ["content-type", "application/octet-stream"],
      ["content-encoding", "gzip"],
      ["accept-encoding", "gzip"],
      ["user-agent", userAgent(host.buildInfo)],
    ]);
    for (const [name, value] of headers) allHeaders.set(name.toLowerCase(), httpHeaderValue(value.reveal()));
    for (const format of this.#source.formats) {
      const client = new HttpClient({
        url: reportUrl(this.#endpoint, format),
        headers: allHeaders,
        authenticator,
        proxy: proxyUrl === "" ? undefined : proxyUrl,
        tls: context,
        serverName: tls.serverNameOverride,
        isVerified: !tls.insecureSkipVerify,
        maxConnections: 0,
        idleTimeoutMs,
        isKeptAlive: true,
        clock,
      });
      this.#clients.set(format, client);
    }
  }

  async encode(batch: Batch<S>): Promise<Encoded<WavefrontPayload>> {
    this.#packing = [];
    const { droppedCount, hits } = this.#source.encode(batch, this.#settings.clock.now());
    const packing = this.#packing;
    this.#report.add(hits);
    const payload = payloadOf(await Promise.all(packing));
    // Without a cause: the report has told why.
    const dropped: Dropped[] = droppedCount === 0 ? [] : [{ reason: "invalid_item", count: droppedCount }];
    return { payload, dropped };
  }

  /**
   * Ends at the first failure that may pass: what follows would meet it as well. When the proxy took nothing and will never
   * take any of it, that is the failure of the whole batch.
   */
  async send(payload: WavefrontPayload, signal: AbortSignal): Promise<SendResult<WavefrontPayload>> {
    const waiting = payload.parts.toReversed();
    const dropped: Dropped[] = [];
    let sent = 0;
    let isTaken = false;
    for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
      const outcome = await this.#post(part, signal);
      const halves = outcome.status === "too_large" ? splitPart(part) : undefined;
      if (halves !== undefined) waiting.push(halves[1], halves[0]);
      else if (outcome.status === "taken") {
        isTaken = true;
        sent += part.itemCount;
      } else if (outcome.error.kind === "permanent") {
        if (!isTaken && waiting.length === 0 && payload.itemCount > 0) throw outcome.error;
        dropped.push(this.#refused(part, outcome.error));
      } else {
        const rest = payloadOf([part, ...waiting.toReversed()]) ?? payload;
        return { sent, dropped, retry: { payload: rest, error: outcome.error } };
      }
    }
    return { sent, dropped };
  }

  async shutdown(): Promise<void> {
    const clients = [...this.#clients.values()];
    this.#clients.clear();
    await Promise.all(clients.map((client) => client.close()));
  }

  async #post(part: Part, signal: AbortSignal): Promise<ProxyOutcome> {
    try {
      const client = this.#clients.get(part.format);
      if (client === undefined) throw new ConsumeError("retryable", "exporter is not running");
      return proxyOutcome(await client.post(part.body, signal), printableEndpoint(this.#endpoint));
    } catch (error) {
      const key = `exporters::${this.#settings.id.text}::${this.#source.section}::endpoint`;
      return { status: "failed", error: proxyTrouble(error, this.#endpoint, key) };
    }
  }

  /** Span logs have no items of their own, so the ledger would not tell of them. */
  #refused(part: Part, error: ConsumeError): Dropped {
    if (part.itemCount === 0) {
      this.#settings.logger.error(`Lines of f=${part.format} are lost`, { error: error.message });
      this.#settings.ledger.failed(error);
    }
    return { reason: "permanent_error", count: part.itemCount, cause: error };
  }
}

function keysWithoutEffect(
  config: Omit<EndpointConfig, "auth" | "tls" | "headers" | "proxyUrl">,
): Record<string, boolean> {
  return {
    timeout: config.timeout !== 0,
    compression: config.compression !== "" && config.compression !== "gzip",
    read_buffer_size: config.readBufferSize !== 0,
    write_buffer_size: config.writeBufferSize !== 0,
    max_idle_conns: config.maxIdleConns !== 0,
    max_idle_conns_per_host: config.maxIdleConnsPerHost !== 0,
    max_conns_per_host: config.maxConnsPerHost !== 0,
    idle_conn_timeout: config.idleConnTimeout !== 0,
  };
}
