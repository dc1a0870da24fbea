import { Client, Metadata, type ChannelOptions, type ServiceError } from "@grpc/grpc-js";
import type { Clock } from "../../component/clock.ts";
import type { Secret } from "../../component/secret.ts";
import { RpcCode } from "../rpc-status.ts";
import { signedHeaders, type ClientAuthenticator, type RequestHeaders } from "./authenticator.ts";
import { maxAnswerBytes, type GrpcAnswer } from "./grpc-answer.ts";
import { sendEncoded } from "./grpc-encoded-messages.ts";
import { GrpcCredentials } from "./grpc-credentials.ts";
import { maskBytes, maskText, secretValues } from "./mask-secrets.ts";
import { isLoopback, type GrpcTarget } from "./grpc-target.ts";
import type { TlsContext } from "./tls-context.ts";

export interface GrpcClientOptions {
  readonly target: GrpcTarget;
  /** `undefined` is plain text. */
  readonly tls: TlsContext | undefined;
  readonly serverName: string;
  readonly isVerified: boolean;
  readonly authenticator: ClientAuthenticator | undefined;
  readonly headers: ReadonlyMap<string, Secret>;
  /** How the messages that are handed over are compressed already. */
  readonly compression: "gzip" | "zstd" | "none";
  readonly balancer: "round_robin" | "pick_first";
  readonly waitForReady: boolean;
  readonly authority: string;
  readonly userAgent: string;
  readonly keepalive: GrpcKeepalive | undefined;
  readonly clock: Clock;
}

export interface GrpcKeepalive {
  readonly timeMs: number;
  readonly timeoutMs: number;
  readonly withoutCalls: boolean;
}

/**
 * Longest pause between two tries to connect (grpc's own is 2 min): while the backend is away every call fails at once,
 * and a backend that is back should have its data within seconds.
 */
const maxReconnectMs = 2000;

/** Unary calls to one peer with messages that are bytes already. Nothing outside this file knows of grpc-js. */
export class GrpcClient {
  readonly #options: GrpcClientOptions;
  readonly #credentials: GrpcCredentials;
  readonly #client: Client;
  readonly #metadata: Metadata;

  constructor(options: GrpcClientOptions) {
    const { target, tls, serverName, isVerified, clock } = options;
    this.#options = options;
    this.#credentials = new GrpcCredentials({
      tls,
      host: serverName === "" ? target.host || "localhost" : serverName,
      isVerified,
      clock,
    });
    this.#metadata = new Metadata({ waitForReady: options.waitForReady });
    for (const [name, value] of options.headers) addTo(this.#metadata, name, value.reveal());
    this.#client = new Client(target.uri, this.#credentials, channelOptions(options));
    if (options.compression !== "none") sendEncoded(this.#client.getChannel(), options.compression);
  }

  /** One call. `timeoutMs` 0 is none; `signal` ends it at once. Rejects only if the authenticator does. */
  async call(path: string, message: Uint8Array, timeoutMs: number, signal: AbortSignal): Promise<GrpcAnswer> {
    const metadata = this.#metadata.clone();
    const { authenticator } = this.#options;
    const signed = authenticator === undefined ? [] : await signedHeaders(authenticator, "gRPC");
    for (const [name, value] of signed) metadata.set(name, value);
    if (signal.aborted) return cancelled;
    return new Promise((resolve) => {
      let hasHead = false;
      const call = this.#client.makeUnaryRequest(
        path,
        asBuffer,
        asIs,
        message,
        metadata,
        timeoutMs > 0 ? { deadline: Date.now() + timeoutMs } : {},
        (error, body) => {
          signal.removeEventListener("abort", onAbort);
          resolve(this.#masked(error === null ? succeeded(body) : failed(error, hasHead), signed));
        },
      );
      call.once("metadata", () => {
        hasHead = true;
      });
      const onAbort = (): void => call.cancel();
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** The peer may repeat in its answer what it was shown. */
  #masked(answer: GrpcAnswer, signed: RequestHeaders): GrpcAnswer {
    const { details, statusBytes, body } = answer;
    if (answer.code === RpcCode.ok && (body?.length ?? 0) <= 2) return answer;
    const fixed = [...this.#options.headers].map(([name, value]) => [name, value.reveal()] as const);
    const values = secretValues([...fixed, ...signed]);
    return {
      ...answer,
      details: maskText(details, values),
      statusBytes: statusBytes === undefined ? undefined : maskBytes(statusBytes, values),
      body: body === undefined ? undefined : maskBytes(body, values),
    };
  }

  /** Ends all connections. Calls under way should have ended before. */
  close(): void {
    this.#client.close();
    // What closes in good order does so in this turn.
    setImmediate(() => this.#credentials.destroySockets());
  }
}

const cancelled: GrpcAnswer = Object.freeze({
  code: RpcCode.cancelled,
  details: "Cancelled on client",
  statusBytes: undefined,
  body: undefined,
  isTooLong: false,
});

function succeeded(body: Uint8Array | undefined): GrpcAnswer {
  return { code: RpcCode.ok, details: "", statusBytes: undefined, body, isTooLong: false };
}

/** `hasHead`: the peer had begun to answer, so it has not refused the request for its size. */
function failed(error: ServiceError, hasHead: boolean): GrpcAnswer {
  const [statusBytes] = error.metadata?.get("grpc-status-details-bin") ?? [];
  return {
    code: error.code,
    details: error.details,
    statusBytes: typeof statusBytes === "string" ? undefined : statusBytes,
    body: undefined,
    isTooLong:
      hasHead &&
      error.code === RpcCode.resourceExhausted &&
      error.details.includes("eceived message") &&
      error.details.includes(String(maxAnswerBytes)),
  };
}

function channelOptions(options: GrpcClientOptions): ChannelOptions {
  const { target, serverName, authority, balancer, keepalive } = options;
  const name = authority === "" ? serverName : authority;
  return {
    "grpc.enable_channelz": 0,
    "grpc.use_local_subchannel_pool": 1,
    // The configuration says all; a look into DNS for more would delay every connection.
    "grpc.service_config_disable_resolution": 1,
    "grpc.service_config": JSON.stringify({ loadBalancingConfig: [{ [balancer]: {} }] }),
    "grpc.primary_user_agent": options.userAgent,
    "grpc.max_receive_message_length": maxAnswerBytes,
    "grpc.max_reconnect_backoff_ms": maxReconnectMs,
    "grpc.dns_min_time_between_resolutions_ms": maxReconnectMs,
    ...(name !== "" && { "grpc.default_authority": name }),
    ...(isLoopback(target.host) && { "grpc.enable_http_proxy": 0 }),
    ...(keepalive !== undefined && {
      "grpc.keepalive_time_ms": keepalive.timeMs,
      "grpc.keepalive_timeout_ms": keepalive.timeoutMs,
      "grpc.keepalive_permit_without_calls": keepalive.withoutCalls ? 1 : 0,
    }),
  };
}

/** Values of `-bin` headers are bytes to grpc-js, which encodes them; to users they are text. */
function addTo(metadata: Metadata, name: string, value: string): void {
  metadata.add(name, name.toLowerCase().endsWith("-bin") ? Buffer.from(value, "latin1") : value);
}

/** The same memory. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function asIs(bytes: Buffer): Uint8Array {
  return bytes;
}
