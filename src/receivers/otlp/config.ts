import * as v from "valibot";
import {
  boolean,
  count,
  duration,
  field,
  headers,
  integer,
  list,
  optionalField,
  section,
  string,
} from "../../component/fields.ts";
import { parseEndpoint } from "../../net/endpoint.ts";
import { contentEncodings } from "../../net/inflate.ts";
import { grpcServerAuthField, httpServerAuthField } from "../../net/server-authenticator.ts";
import { tlsServerConfig, unsupported } from "../../net/tls-server-config.ts";

export const defaultGrpcEndpoint = "localhost:4317";
export const defaultHttpEndpoint = "localhost:4318";

const endpoint = v.pipe(
  v.string(),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed || dataset.value === "") return;
    try {
      parseEndpoint(dataset.value);
    } catch (error) {
      addIssue({ message: error instanceof Error ? error.message : String(error) });
    }
  }),
);

/** Null where the user wrote none: only then is it widened to all interfaces in a container. */
function endpointField(whenMissing: string) {
  return v.optional(
    v.pipe(
      v.nullable(endpoint),
      v.description("Where to listen, `host:port`; in a container the default means all interfaces"),
      v.metadata({ default: whenMissing, example: `0.0.0.0:${parseEndpoint(whenMissing).port}` }),
      v.transform((value) => (value === "" ? null : value)),
    ),
    null,
  );
}

const transport = v.pipe(
  string,
  v.check(
    (value) => ["", "tcp", "tcp4", "tcp6"].includes(value),
    "Expected tcp, tcp4 or tcp6; other transports are not supported yet",
  ),
  v.transform((value) => (value === "tcp4" || value === "tcp6" ? value : "tcp")),
);

const bufferSize = (name: string) =>
  v.pipe(
    integer,
    v.check((value) => value >= 0, `invalid ${name} value`),
  );

const middlewares = unsupported(
  "Extensions that see each request",
  "Middlewares are not supported yet: remove this key",
);

const keepalive = section({
  server_parameters: field(
    section({
      max_connection_idle: field(duration, {
        about: "A connection without a call is closed after this",
        default: "0s",
      }),
      max_connection_age: field(duration, { about: "A connection is closed after this", default: "0s" }),
      max_connection_age_grace: field(duration, { about: "What calls under way then still get", default: "0s" }),
      time: field(duration, {
        about: "A silent connection is asked for a sign of life after this; 0 is 2h",
        default: "0s",
      }),
      timeout: field(duration, { about: "How long that answer may take; 0 is 20s", default: "0s" }),
    }),
    { about: "Life of connections; 0 is without end", default: {} },
  ),
  enforcement_policy: field(
    section({
      min_time: field(duration, { about: "No effect: pings of clients are never punished", default: "0s" }),
      permit_without_stream: field(boolean, { about: "No effect: pings are always permitted", default: false }),
    }),
    { about: "No effect: pings of clients are answered, however many", default: {} },
  ),
});

const grpc = section({
  endpoint: endpointField(defaultGrpcEndpoint),
  transport: field(transport, { about: "`tcp`, or one of its halves: `tcp4`, `tcp6`", default: "tcp" }),
  dialer: field(section({ timeout: field(duration, { about: "For clients; no effect here", default: "0s" }) }), {
    about: "For clients; no effect here",
    default: {},
  }),
  max_recv_msg_size_mib: field(v.pipe(count, v.maxValue(2047)), {
    about: "Largest message, also after decompression; 0 is 4",
    default: 0,
    unit: "MiB",
  }),
  max_concurrent_streams: field(v.pipe(count, v.maxValue(4_294_967_295)), {
    about: "Calls at a time on one connection; 0 is 1000",
    default: 0,
  }),
  read_buffer_size: field(bufferSize("read_buffer_size"), { about: "No effect", default: 524_288, unit: "bytes" }),
  write_buffer_size: field(bufferSize("write_buffer_size"), { about: "No effect", default: 0, unit: "bytes" }),
  keepalive: field(keepalive, { about: "Life of connections", default: {} }),
  tls: optionalField(v.nullable(tlsServerConfig), { about: "TLS; plaintext without it" }),
  auth: grpcServerAuthField,
  include_metadata: field(boolean, { about: "Hands the metadata of requests to the pipelines", default: false }),
  middlewares,
});

const urlPath = v.pipe(
  string,
  v.transform((text) => {
    const path = text.replace(/^[a-z]+:\/\/[^/]*/i, "").replace(/[?#].*$/, "");
    return path.startsWith("/") ? path : `/${path}`;
  }),
);

const encodingName = v.pipe(
  v.string(),
  v.check(
    (name) => name === "" || contentEncodings.some((known) => known === name),
    `Expected one of "", ${contentEncodings.join(", ")}; other encodings are not supported yet`,
  ),
);

const cors = section({
  allowed_origins: field(list(v.string()), {
    about: "Origins whose pages may send; `*` matches any run of characters",
    default: [],
  }),
  allowed_headers: field(list(v.string()), { about: "Request headers allowed beside the usual ones", default: [] }),
  exposed_headers: field(list(v.string()), { about: "Response headers that pages may read", default: [] }),
  max_age: field(count, { about: "How long browsers keep a permission", default: 0, unit: "seconds" }),
});

const http = section({
  endpoint: endpointField(defaultHttpEndpoint),
  transport: field(transport, { about: "`tcp`, or one of its halves: `tcp4`, `tcp6`", default: "tcp" }),
  traces_url_path: field(urlPath, { about: "Path for traces", default: "/v1/traces" }),
  metrics_url_path: field(urlPath, { about: "Path for metrics", default: "/v1/metrics" }),
  logs_url_path: field(urlPath, { about: "Path for logs", default: "/v1/logs" }),
  max_request_body_size: field(integer, {
    about: "Largest body, as sent and again after decompression; 0 is 20971520",
    default: 0,
    unit: "bytes",
  }),
  compression_algorithms: field(list(encodingName), {
    about: "Values of `Content-Encoding` that are accepted; an empty list reads bodies as they are",
    default: ["", "gzip", "zstd", "zlib", "deflate"],
  }),
  include_metadata: field(boolean, { about: "Hands the headers of requests to the pipelines", default: false }),
  response_headers: field(headers, { about: "Headers that every answer gets", default: {} }),
  cors: field(cors, { about: "Pages of other origins that may send; none without it", default: {} }),
  auth: httpServerAuthField,
  tls: optionalField(v.nullable(tlsServerConfig), { about: "TLS; plaintext without it" }),
  read_timeout: field(duration, { about: "How long a request may take to arrive; 0 is 5m", default: "0s" }),
  read_header_timeout: field(duration, { about: "How long its head may take; 0 is 1m", default: "0s" }),
  write_timeout: field(duration, { about: "How long an answer may take; 0 is without limit", default: "0s" }),
  idle_timeout: field(duration, { about: "How long a connection may wait for a request; 0 is 1h", default: "0s" }),
  keep_alives_enabled: field(boolean, { about: "Connections serve several requests", default: true }),
  middlewares,
});

/** Configuration of the `otlp` receiver (reference §4.1). A protocol is on when its key is written. */
export const otlpReceiverConfig = section({
  protocols: field(
    v.pipe(
      section({
        grpc: optionalField(grpc, { about: "gRPC; the key alone switches it on" }),
        http: optionalField(http, { about: "HTTP; the key alone switches it on" }),
      }),
      v.check(
        ({ grpc, http }) => grpc !== undefined || http !== undefined,
        "must specify at least one protocol when using the OTLP receiver",
      ),
    ),
    { about: "Ports to open", default: {} },
  ),
});

export type OtlpReceiverConfig = v.InferOutput<typeof otlpReceiverConfig>;
export type GrpcConfig = v.InferOutput<typeof grpc>;
export type HttpConfig = v.InferOutput<typeof http>;

/** What the other protocol on a port goes by when its own section is not written. */
export const defaultGrpcConfig: GrpcConfig = v.parse(grpc, {});
export const defaultHttpConfig: HttpConfig = v.parse(http, {});
