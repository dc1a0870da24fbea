import { ConsumeError } from "../../component/consume-error.ts";
import type { SignalSettings } from "../../component/factory.ts";
import type { Host } from "../../component/host.ts";
import { findAuthenticator, type ClientAuthenticator } from "../../net/client/authenticator.ts";
import { compress } from "../../net/client/compress.ts";
import type { Destination } from "../../net/client/connection-trouble.ts";
import type { GrpcClient, GrpcClientOptions } from "../../net/client/grpc-client.ts";
import { openTlsContext } from "../../net/client/open-tls-context.ts";
import { parseGrpcTarget, type GrpcTarget } from "../../net/client/grpc-target.ts";
import { OtlpDelivery, type OtlpPayload } from "../../net/client/otlp/delivery.ts";
import type { Outcome } from "../../net/client/otlp/outcome.ts";
import { PartialSuccessLog } from "../../net/client/otlp/partial-success-log.ts";
import { isPlaintext } from "../../net/client/tls-client-config.ts";
import type { TlsContext } from "../../net/client/tls-context.ts";
import { userAgent } from "../../net/client/user-agent.ts";
import { tellWithoutEffect } from "../../net/client/without-effect.ts";
import type { Batch } from "../../pdata/batch.ts";
import type { Signal } from "../../pdata/signal.ts";
import type { Encoded, Sender, SendResult } from "../../sending/sender.ts";
import { answerOutcome } from "./answer-outcome.ts";
import type { OtlpGrpcConfig } from "./config.ts";

const methodPaths: Readonly<Record<Signal, string>> = {
  traces: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
  metrics: "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
  logs: "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
};

/**
 * A call ends a little before its attempt does: gRPC then says how far it came, which the timeout around it cannot.
 */
function deadlineOf(timeoutMs: number): number {
  return timeoutMs - Math.min(timeoutMs * 0.02, 100);
}

/** As grpc-go: more signs of life than one in 10 s are answered by servers with the end of the connection. */
const minKeepaliveMs = 10_000;

/** One request, the batch's bytes as they came, over one HTTP/2 connection an address. */
export class OtlpGrpcSender<S extends Signal> implements Sender<S, OtlpPayload<S>> {
  readonly #config: OtlpGrpcConfig;
  readonly #settings: SignalSettings<S>;
  readonly #target: GrpcTarget;
  readonly #destination: Destination;
  readonly #delivery: OtlpDelivery<S>;
  readonly #partialSuccesses: PartialSuccessLog;
  /** Set while it runs. */
  #clientOptions: GrpcClientOptions | undefined;
  #opening: Promise<GrpcClient> | undefined;

  constructor(config: OtlpGrpcConfig, settings: SignalSettings<S>) {
    this.#config = config;
    this.#settings = settings;
    this.#target = parseGrpcTarget(config.endpoint);
    const isTls = this.#target.isTlsForced || !isPlaintext(config.tls);
    this.#destination = { address: this.#target.address, protocol: "gRPC", isTls };
    this.#partialSuccesses = new PartialSuccessLog(settings);
    this.#delivery = new OtlpDelivery<S>({
      clock: settings.clock,
      encode: ({ bytes }) => this.#encode(bytes),
      exchange: (body, signal) => this.#exchange(body, signal),
      onPartialSuccess: (partialSuccess) => this.#partialSuccesses.add(partialSuccess),
    });
  }

  /** Rejects when certificates cannot be read or the authenticator is missing; not when the peer is away. */
  async start(host: Host): Promise<void> {
    const { auth, tls, readBufferSize, writeBufferSize } = this.#config;
    const { logger, clock } = this.#settings;
    tellWithoutEffect(logger, {
      read_buffer_size: readBufferSize !== 0,
      write_buffer_size: writeBufferSize !== 524_288,
    });
    const { isTls } = this.#destination;
    const authenticator = auth === undefined ? undefined : findAuthenticator(host, auth.authenticator, "gRPC");
    if (authenticator !== undefined && !isTls) {
      throw new Error(
        `Cannot use authenticator ${JSON.stringify(auth?.authenticator)} without TLS: gRPC sends credentials over TLS only, remove tls::insecure`,
      );
    }
    const context = isTls ? await openTlsContext(tls, { clock, logger }) : undefined;
    this.#clientOptions = this.#optionsOfClient(host, context, authenticator);
  }

  encode(batch: Batch<S>): Encoded<OtlpPayload<S>> | Promise<Encoded<OtlpPayload<S>>> {
    return this.#delivery.encode(batch);
  }

  send(payload: OtlpPayload<S>, signal: AbortSignal): Promise<SendResult<OtlpPayload<S>>> {
    return this.#delivery.send(payload, signal);
  }

  async shutdown(): Promise<void> {
    this.#partialSuccesses.close();
    this.#clientOptions = undefined;
    const client = await this.#opening?.catch(() => undefined);
    this.#opening = undefined;
    client?.close();
  }

  /** Once a batch, however often it is tried. */
  #encode(bytes: Uint8Array): Uint8Array | Promise<Uint8Array> {
    const { compression, compressionParams } = this.#config;
    return compression === "none"
      ? bytes
      : compress(bytes, { compression, level: compressionParams.level, signal: this.#settings.signal });
  }

  async #exchange(body: Uint8Array, signal: AbortSignal): Promise<Outcome> {
    const path = methodPaths[this.#settings.signal];
    const timeoutMs = deadlineOf(this.#config.timeout);
    try {
      const client = await this.#client();
      return answerOutcome(await client.call(path, body, timeoutMs, signal), this.#destination);
    } catch (error) {
      return { status: "failed", error: ConsumeError.from(error) };
    }
  }

  /** Loads grpc-js, which takes longer than all of a start, and connects: with the first batch that is to be sent. */
  #client(): Promise<GrpcClient> {
    const options = this.#clientOptions;
    if (options === undefined) throw new ConsumeError("retryable", "exporter is not running");
    this.#opening ??= import("../../net/client/grpc-client.ts").then(({ GrpcClient }) => new GrpcClient(options));
    return this.#opening;
  }

  #optionsOfClient(
    host: Host,
    tls: TlsContext | undefined,
    authenticator: ClientAuthenticator | undefined,
  ): GrpcClientOptions {
    const { headers, compression, balancerName, waitForReady, authority, keepalive } = this.#config;
    return {
      target: this.#target,
      tls,
      serverName: this.#config.tls.serverNameOverride,
      isVerified: !this.#config.tls.insecureSkipVerify,
      authenticator,
      headers,
      compression,
      balancer: balancerName,
      waitForReady,
      authority,
      userAgent: this.#config.userAgent === "" ? userAgent(host.buildInfo) : this.#config.userAgent,
      keepalive: keepalive && {
        timeMs: Math.max(keepalive.time, minKeepaliveMs),
        timeoutMs: keepalive.timeout > 0 ? keepalive.timeout : 20_000,
        withoutCalls: keepalive.permitWithoutStream,
      },
      clock: this.#settings.clock,
    };
  }
}
