import { randomBytes } from "node:crypto";
import { decodePartialSuccess, parsePartialSuccess, type PartialSuccess } from "../net/client/otlp/partial-success.ts";
import { decodeRpcStatus } from "../net/client/decode-rpc-status.ts";
import { decodeJson } from "../pdata/json/decode-json.ts";
import type { Signal } from "../pdata/signal.ts";
import { askGrpc } from "./ask-grpc.ts";
import { askHttp } from "./ask-http.ts";
import { reachText } from "./reach-text.ts";

export const testProtocols = ["grpc", "http/protobuf", "http/json"] as const;
export type TestProtocol = (typeof testProtocols)[number];

export interface SendTestOptions {
  /** `http://host:port`, with a path in front of `/v1/…` if there is one. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly insecure: boolean;
  readonly serviceName: string;
}

/** What came back for one request with one item. */
export interface SendTestResult {
  readonly signal: Signal;
  readonly protocol: TestProtocol;
  readonly url: string;
  readonly accepted: boolean;
  /** What was answered, or why nothing was. */
  readonly answer: string;
  /** What to change; absent if nothing is wrong. */
  readonly remedy?: string;
  readonly tookMs: number;
  /** To find the item in a backend. */
  readonly traceId?: string;
}

interface Outcome {
  readonly accepted: boolean;
  readonly answer: string;
  readonly remedy?: string;
}

/** Sends one item and tells what came back. Never rejects. */
export async function sendTest(
  signal: Signal,
  protocol: TestProtocol,
  options: SendTestOptions,
): Promise<SendTestResult> {
  const traceId = randomBytes(16).toString("hex");
  const json = Buffer.from(JSON.stringify(requestOf(signal, traceId, options.serviceName)));
  const url = urlOf(signal, protocol, options.url);
  const startMs = performance.now();
  let outcome: Outcome;
  try {
    outcome =
      protocol === "grpc"
        ? await overGrpc(signal, json, options)
        : await overHttp(signal, protocol, json, url, options);
  } catch (error) {
    outcome = { accepted: false, ...reachText(error, url) };
  }
  const tookMs = Math.round((performance.now() - startMs) * 10) / 10;
  return { signal, protocol, url: url.href, ...outcome, tookMs, ...(signal !== "metrics" && { traceId }) };
}

const services: Readonly<Record<Signal, string>> = {
  traces: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
  metrics: "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
  logs: "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
};

function urlOf(signal: Signal, protocol: TestProtocol, base: URL): URL {
  if (protocol === "grpc") return new URL(base.origin);
  const path = base.pathname.replace(/\/$/, "");
  return new URL(path.endsWith(`/v1/${signal}`) ? path : `${path}/v1/${signal}`, base.origin);
}

async function overGrpc(signal: Signal, json: Buffer, options: SendTestOptions): Promise<Outcome> {
  const { bytes } = decodeJson(signal, json);
  const { url, headers, timeoutMs, insecure } = options;
  const answer = await askGrpc(url, services[signal], { body: bytes, headers, timeoutMs, insecure });
  if (answer.code === 0) return taken(decodePartialSuccess(answer.body));
  const retry =
    answer.headers["google.rpc.retryinfo-bin"] === undefined ? "" : ", with a time after which to try again";
  return refused(`${codeNames[answer.code] ?? "code"} (${answer.code}): ${answer.message}${retry}`, answer.code === 16);
}

async function overHttp(
  signal: Signal,
  protocol: TestProtocol,
  json: Buffer,
  url: URL,
  { headers, timeoutMs, insecure }: SendTestOptions,
): Promise<Outcome> {
  const isJson = protocol === "http/json";
  const answer = await askHttp(url, {
    method: "POST",
    headers: { ...headers, "content-type": isJson ? "application/json" : "application/x-protobuf" },
    body: isJson ? json : decodeJson(signal, json).bytes,
    timeoutMs,
    insecure,
  });
  const type = String(answer.headers["content-type"] ?? "");
  if (answer.status >= 200 && answer.status < 300) {
    return taken(
      type.includes("json") ? parsePartialSuccess(answer.body.toString()) : decodePartialSuccess(answer.body),
    );
  }
  const status = type.includes("protobuf") ? decodeRpcStatus(answer.body)?.message : undefined;
  const text = (status ?? answer.body.toString()).trim().slice(0, 500);
  const retryAfter = answer.headers["retry-after"];
  const retry = retryAfter === undefined ? "" : `, try again after ${retryAfter} s`;
  return refused(`HTTP ${answer.status}${text === "" ? "" : `: ${text}`}${retry}`, answer.status === 401);
}

function taken(partial: PartialSuccess | undefined): Outcome {
  if (partial === undefined) {
    return {
      accepted: false,
      answer: "success, but with a body that is no OTLP answer",
      remedy: "check that the port speaks OTLP",
    };
  }
  const { rejected, message } = partial;
  if (rejected === 0)
    return { accepted: true, answer: message === "" ? "accepted" : `accepted, with a remark: ${message}` };
  return {
    accepted: false,
    answer: `partial success: ${rejected} rejected: ${message}`,
    remedy: "see what the answer says",
  };
}

function refused(answer: string, isAuth: boolean): Outcome {
  const remedy = isAuth
    ? "give the credentials with --header authorization=…"
    : "see what the answer says, and the log of the receiver";
  return { accepted: false, answer, remedy };
}

const codeNames: readonly string[] = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
];

function requestOf(signal: Signal, traceId: string, serviceName: string): unknown {
  const now = `${Date.now()}000000`;
  const resource = { attributes: [{ key: "service.name", value: { stringValue: serviceName } }] };
  const scope = { name: "otelcol send-test" };
  const spanId = randomBytes(8).toString("hex");
  switch (signal) {
    case "traces": {
      const startTimeUnixNano = `${Date.now() - 1}000000`;
      const span = { traceId, spanId, name: "send-test", kind: 1, startTimeUnixNano, endTimeUnixNano: now };
      return { resourceSpans: [{ resource, scopeSpans: [{ scope, spans: [span] }] }] };
    }
    case "metrics": {
      const dataPoints = [{ timeUnixNano: now, asInt: "1" }];
      const metrics = [{ name: "otelcol.send_test", unit: "1", gauge: { dataPoints } }];
      return { resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics }] }] };
    }
    case "logs": {
      const body = { stringValue: "send-test" };
      const logRecords = [{ timeUnixNano: now, severityNumber: 9, severityText: "INFO", body, traceId, spanId }];
      return { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords }] }] };
    }
  }
}
