import { ConsumeError } from "../../component/consume-error.ts";
import type { SignalSettings } from "../../component/factory.ts";
import type { Host } from "../../component/host.ts";
import type { HttpClient } from "../../net/client/http-client.ts";
import { tellWithoutEffect } from "../../net/client/without-effect.ts";
import type { Batch } from "../../pdata/batch.ts";
import type { Signal } from "../../pdata/signal.ts";
import type { Dropped, Encoded, Sender, SendResult } from "../../sending/sender.ts";
import type { EndpointConfig, WavefrontConfig } from "./config.ts";
import type { LineSource } from "./create-wavefront-exporter.ts";
import { EndpointCheck } from "./endpoint-check.ts";
import type { Chunk, LineFormat } from "./lines/line-body.ts";
import { Connection } from "./connection.ts";
import { chooseCompression, compressed, countLines, countPartLines, pack, splitPart } from "./pack.ts";
import { payloadOf, type LineCompression, type Part, type WavefrontPayload } from "./payload.ts";
import { proxyOutcome, type ProxyOutcome } from "./proxy-answer.ts";
import { proxyTrouble } from "./proxy-trouble.ts";
import { RuleReport } from "./rule-report.ts";
import { StoppedFormats } from "./stopped-formats.ts";
import { targetOf, type Target } from "./target.ts";

/** In pairs: name, value. */
const encodingHeaders: Readonly<Record<LineCompression, readonly string[]>> = {
  gzip: ["content-encoding", "gzip"],
  none: [],
};

/** Turns batches into requests to a Wavefront proxy, and posts them one after the other. */
export class WavefrontSender<S extends Signal> implements Sender<S, WavefrontPayload> {
  readonly #config: EndpointConfig;
  readonly #settings: SignalSettings<S>;
  readonly #source: LineSource<S>;
  readonly #report: RuleReport;
  readonly #stopped: StoppedFormats;
  readonly #target: Target;
  /** The setting that names the target. */
  readonly #key: string;
  readonly #compressionOf: (byteCount: number) => LineCompression;
  readonly #clients = new Map<LineFormat, HttpClient>();
  #check: EndpointCheck | undefined;
  /** Of the batch that is encoded. */
  #parts: Part[] = [];
  #stoppedItems = 0;

  constructor(
    config: WavefrontConfig,
    settings: SignalSettings<S>,
    createSource: (onChunk: (chunk: Chunk) => void) => LineSource<S>,
  ) {
    this.#settings = settings;
    this.#report = new RuleReport(settings);
    this.#stopped = new StoppedFormats(settings);
    this.#source = createSource((chunk) => this.#take(chunk));
    const { section } = this.#source;
    this.#config = config[section];
    this.#target = targetOf(config, section);
    this.#compressionOf = chooseCompression(this.#config.compression, this.#target.url);
    this.#key = `exporters::${settings.id.text}::${this.#target.key}`;
  }

  /** Rejects when certificates cannot be read or the authenticator is missing; not when the proxy is away. */
  async start(host: Host): Promise<void> {
    const { logger, clock } = this.#settings;
    const target = this.#target;
    tellWithoutEffect(logger, keysWithoutEffect(this.#config));
    const connection = await Connection.prepare({ target, config: this.#config, host, clock, logger });
    const headers = {
      "content-type": "application/octet-stream",
      "accept-encoding": "gzip",
    };
    for (const format of this.#source.formats) this.#clients.set(format, connection.client(format, headers));
    this.#check = new EndpointCheck({
      target,
      key: this.#key,
      logger,
      clock,
      ask: connection.asker(this.#source.formats[0]),
    });
    this.#check.start();
  }

  encode(batch: Batch<S>): Encoded<WavefrontPayload> {
    this.#parts = [];
    this.#stoppedItems = 0;
    const { droppedCount, hits } = this.#source.encode(batch, this.#settings.clock.now());
    const payload = payloadOf(this.#parts);
    this.#parts = [];
    this.#report.add(hits);
    // Without causes: the report, and the line about a stop, have told why.
    const dropped: Dropped[] = [];
    if (droppedCount > 0) dropped.push({ reason: "invalid_item", count: droppedCount });
    if (this.#stoppedItems > 0) dropped.push({ reason: "permanent_error", count: this.#stoppedItems });
    return { payload, dropped };
  }

  #take(chunk: Chunk): void {
    if (!this.#stopped.isStopped(chunk.format)) {
      this.#parts.push(pack(chunk, this.#compressionOf(chunk.bytes.length)));
      return;
    }
    this.#stopped.count(chunk.format, countLines(chunk.bytes));
    this.#stoppedItems += chunk.itemCount;
    chunk.release();
  }

  /**
   * Ends at the first failure that may pass: what follows would meet it as well. When the proxy took nothing and will never
   * take any of it, that is the failure of the whole batch.
   */
  async send(payload: WavefrontPayload, signal: AbortSignal): Promise<SendResult<WavefrontPayload>> {
    const waiting = payload.parts.toReversed();
    const dropped: Dropped[] = [];
    let sent = 0;
    let isWholeRefused = true;
    for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
      if (this.#stopped.isStopped(part.format)) {
        isWholeRefused = false;
        dropped.push(this.#notEnabled(part));
        continue;
      }
      const outcome = await this.#post(part, signal);
      const halves = outcome.status === "too_large" ? splitPart(part) : undefined;
      if (halves !== undefined) waiting.push(halves[1], halves[0]);
      else if (outcome.status === "taken") {
        isWholeRefused = false;
        sent += part.itemCount;
        this.#stopped.taken(part.format);
        this.#release(part);
      } else if (outcome.status === "not_enabled") {
        isWholeRefused = false;
        this.#stopped.stop(part.format, outcome.error);
        this.#settings.ledger.failed(outcome.error);
        dropped.push(this.#notEnabled(part));
      } else if (outcome.error.kind === "permanent") {
        if (isWholeRefused && waiting.length === 0 && payload.itemCount > 0) throw outcome.error;
        dropped.push(this.#refused(part, outcome.error));
      } else {
        const parts = [part, ...waiting.toReversed()];
        const rest = payloadOf(this.#config.compression === "none" ? parts : parts.map(compressed)) ?? payload;
        return { sent, dropped, retry: { payload: rest, error: outcome.error } };
      }
    }
    return { sent, dropped };
  }

  async shutdown(): Promise<void> {
    await this.#check?.stop();
    const clients = [...this.#clients.values()];
    this.#clients.clear();
    await Promise.all(clients.map((client) => client.close()));
  }

  async #post(part: Part, signal: AbortSignal): Promise<ProxyOutcome> {
    try {
      const client = this.#clients.get(part.format);
      if (client === undefined) throw new ConsumeError("retryable", "exporter is not running");
      return proxyOutcome(await client.post(part.body, signal, encodingHeaders[part.compression]), this.#target);
    } catch (error) {
      return { status: "failed", error: proxyTrouble(error, this.#target, this.#key) };
    }
  }

  /** An answer may come before the request has left; then its memory is not given back. */
  #release({ format, release }: Part): void {
    if (release !== undefined && this.#clients.get(format)?.hasWritten === true) release();
  }

  #notEnabled(part: Part): Dropped {
    this.#stopped.count(part.format, countPartLines(part));
    return { reason: "permanent_error", count: part.itemCount };
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

function keysWithoutEffect(config: EndpointConfig): Record<string, boolean> {
  return {
    timeout: config.timeout !== 0,
    compression: !["", "gzip", "none"].includes(config.compression),
    read_buffer_size: config.readBufferSize !== 0,
    write_buffer_size: config.writeBufferSize !== 0,
    max_idle_conns: config.maxIdleConns !== 0,
    max_idle_conns_per_host: config.maxIdleConnsPerHost !== 0,
    max_conns_per_host: config.maxConnsPerHost !== 0,
    idle_conn_timeout: config.idleConnTimeout !== 0,
  };
}
