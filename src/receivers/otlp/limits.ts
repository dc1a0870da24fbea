import type { GrpcServerOptions } from "../../net/grpc-server.ts";
import type { HttpServerOptions } from "../../net/http-server.ts";
import type { GrpcConfig, HttpConfig } from "./config.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const mib = 1024 * 1024;

type GrpcServerLimits = Omit<GrpcServerOptions, "methods" | "refuse" | "rejections" | "http">;
type HttpServerLimits = Omit<HttpServerOptions, "handler" | "rejections">;

/** What 0 means for each limit of gRPC: upstream's defaults, but for the number of calls, which has none there. */
export function grpcServerLimits(config: GrpcConfig): GrpcServerLimits {
  const { serverParameters } = config.keepalive;
  return {
    maxMessageBytes: (config.maxRecvMsgSizeMib || 4) * mib,
    maxConcurrentStreams: config.maxConcurrentStreams || 1000,
    maxConnectionIdleMs: serverParameters.maxConnectionIdle,
    maxConnectionAgeMs: serverParameters.maxConnectionAge,
    maxConnectionAgeGraceMs: serverParameters.maxConnectionAgeGrace,
    keepaliveTimeMs: serverParameters.time || 2 * hourMs,
    keepaliveTimeoutMs: serverParameters.timeout || 20_000,
    silentStreamMs: 5 * minuteMs,
  };
}

/**
 * What 0 means for each limit of HTTP. Idle connections are kept for long: clients come every 5 to 60 s, some more
 * rarely, and several lose data when the connection closes as they send.
 */
export function httpServerLimits(config: HttpConfig): HttpServerLimits {
  const requestTimeoutMs = config.readTimeout || 5 * minuteMs;
  return {
    idleTimeoutMs: config.idleTimeout || hourMs,
    headTimeoutMs: Math.min(config.readHeaderTimeout || minuteMs, requestTimeoutMs),
    requestTimeoutMs,
  };
}
