import * as v from "valibot";
import {
  boolean,
  count,
  duration,
  field,
  integer,
  list,
  oneOf,
  optionalField,
  section,
  string,
} from "../../component/fields.ts";
import { clientAuthField } from "../../net/client/authenticator.ts";
import { clientHeadersField } from "../../net/client/client-headers.ts";
import type { Compression } from "../../net/client/compress.ts";
import { tlsClientField } from "../../net/client/tls-client-config.ts";
import { queueFields, retryFields, timeoutField } from "../../sending/config.ts";
import { parseUrl } from "./signal-url.ts";

export type OtlpHttpConfig = v.InferOutput<typeof otlpHttpConfig>;

const compressions: readonly (Compression | "none" | "")[] = ["gzip", "zstd", "zlib", "deflate", "none", ""];
const otherCompressions = ["snappy", "x-snappy-framed", "lz4"];

const compression = v.pipe(
  string,
  v.rawTransform<string, Compression | "none">(({ dataset, addIssue, NEVER }) => {
    const known = compressions.find((name) => name === dataset.value);
    if (known !== undefined) return known === "" ? "none" : known;
    const hint = otherCompressions.includes(dataset.value) ? " here, use gzip, zstd, deflate or none" : "";
    addIssue({ message: `unsupported compression type ${JSON.stringify(dataset.value)}${hint}` });
    return NEVER;
  }),
);

const compressionParams = section({
  level: field(integer, { about: "Level of compression; 0 is the usual one", default: 0 }),
});

const cookies = v.pipe(
  section({ enabled: field(boolean, { about: "Sends the peer's cookies back", default: true }) }),
  v.check(({ enabled }) => !enabled, "Cookies are not supported here: remove this key"),
);

function url(about: string, example?: string) {
  return field(string, { about, default: "", ...(example !== undefined && { example }) });
}

export const otlpHttpConfig = v.pipe(
  section({
    endpoint: url(
      "Base URL; /v1/traces, /v1/metrics or /v1/logs is appended; required, but for signals with a URL of their own",
      "http://otel-backend:4318",
    ),
    traces_endpoint: url("Whole URL for traces"),
    metrics_endpoint: url("Whole URL for metrics"),
    logs_endpoint: url("Whole URL for logs"),
    profiles_endpoint: url("No effect: there are no profiles here"),
    encoding: field(oneOf(["proto", "json"]), { about: "Form of requests: proto or json", default: "proto" }),
    compression: field(compression, {
      about: "Compression of requests: gzip, zstd, zlib, deflate or none",
      default: "gzip",
    }),
    compression_params: field(compressionParams, { about: "More about compression", default: {} }),
    headers: clientHeadersField("HTTP"),
    timeout: timeoutField("30s"),
    sending_queue: queueFields(true),
    retry_on_failure: retryFields(true),
    tls: tlsClientField,
    auth: clientAuthField,
    proxy_url: url("Proxy for all requests; empty is what the environment says"),
    max_conns_per_host: field(count, { about: "Connections at a time; 0 is one a request", default: 0 }),
    idle_conn_timeout: field(duration, {
      about: "Time without a request after which a connection is closed; 0 is never",
      default: "90s",
    }),
    disable_keep_alives: field(boolean, { about: "A connection of its own for each request", default: false }),
    max_idle_conns: field(count, { about: "No effect: there are never more than requests at a time", default: 100 }),
    max_idle_conns_per_host: field(count, { about: "No effect, likewise", default: 0 }),
    force_attempt_http2: field(boolean, { about: "No effect: requests go over HTTP/1.1", default: true }),
    http2_read_idle_timeout: field(duration, { about: "No effect, likewise", default: "0s" }),
    http2_ping_timeout: field(duration, { about: "No effect, likewise", default: "0s" }),
    read_buffer_size: field(integer, { about: "No effect: a buffer of Go's", default: 0, unit: "bytes" }),
    write_buffer_size: field(integer, { about: "No effect: a buffer of Go's", default: 524_288, unit: "bytes" }),
    cookies: optionalField(cookies, { about: "Not supported" }),
    middlewares: field(
      v.pipe(
        list(v.unknown()),
        v.check((value) => value.length === 0, "Middlewares are not supported here: remove this key"),
      ),
      { about: "Not supported", default: [] },
    ),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { endpoint, tracesEndpoint, metricsEndpoint, logsEndpoint, profilesEndpoint, proxyUrl } = dataset.value;
    const urls = { endpoint, tracesEndpoint, metricsEndpoint, logsEndpoint, profilesEndpoint };
    if (Object.values(urls).every((text) => text === "")) {
      addIssue({ message: "at least one endpoint must be specified" });
    }
    for (const [name, text] of Object.entries(urls)) {
      if (text === "" || parseUrl(text, ["http:", "https:"]) !== undefined) continue;
      const key = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      addIssue({ message: `${key} must be a valid URL that begins with http:// or https://` });
    }
    if (proxyUrl !== "" && parseUrl(proxyUrl, ["http:", "https:", "socks5:"]) === undefined) {
      addIssue({ message: "proxy_url must be a valid URL that begins with http://, https:// or socks5://" });
    }
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { compression, compressionParams } = dataset.value;
    if (isLevelOf(compression, compressionParams.level)) return;
    addIssue({
      message: `unsupported parameters {Level:${compressionParams.level}} for compression type ${JSON.stringify(compression)}`,
    });
  }),
);

/** Without compression a level is of no importance, as upstream has it. */
function isLevelOf(compression: Compression | "none", level: number): boolean {
  return compression === "none" || compression === "zstd" || (level >= -2 && level <= 9);
}
