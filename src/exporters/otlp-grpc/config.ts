import * as v from "valibot";
import { boolean, duration, field, integer, list, optionalField, section, string } from "../../component/fields.ts";
import { clientAuthField } from "../../net/client/authenticator.ts";
import { clientHeadersField } from "../../net/client/client-headers.ts";
import { parseGrpcTarget } from "../../net/client/grpc-target.ts";
import { tlsClientField } from "../../net/client/tls-client-config.ts";
import { queueFields, retryFields, timeoutField } from "../../sending/config.ts";

export type OtlpGrpcConfig = v.InferOutput<typeof otlpGrpcConfig>;

const compressions: readonly ("gzip" | "zstd" | "none" | "")[] = ["gzip", "zstd", "none", ""];
/** Upstream's other ways of compression; those marked are for gRPC there. */
const otherCompressions: Readonly<Record<string, boolean>> = {
  "snappy": true,
  "zlib": false,
  "deflate": false,
  "lz4": false,
  "x-snappy-framed": false,
};

const compression = v.pipe(
  string,
  v.rawTransform<string, "gzip" | "zstd" | "none">(({ dataset, addIssue, NEVER }) => {
    const known = compressions.find((name) => name === dataset.value);
    if (known !== undefined) return known === "" ? "none" : known;
    const quoted = JSON.stringify(dataset.value);
    const hint = otherCompressions[dataset.value] === true ? " here, use gzip, zstd or none" : "";
    addIssue({ message: `unsupported compression type ${quoted}${hint}` });
    return NEVER;
  }),
);

const compressionParams = section({
  level: field(integer, { about: "Level of compression, as for HTTP; 0 is the usual one", default: 0 }),
});

const keepalive = v.pipe(
  section({
    enabled: field(boolean, { about: "Whether this section counts", default: true }),
    time: field(duration, {
      about: "Silence after which the peer is asked for a sign of life, at least 10s",
      default: "10s",
    }),
    timeout: field(duration, { about: "Time for that sign", default: "10s" }),
    permit_without_stream: field(boolean, { about: "Asks also while no request is under way", default: false }),
  }),
  v.transform(({ enabled, ...rest }) => (enabled ? rest : undefined)),
);

export const otlpGrpcConfig = v.pipe(
  section({
    endpoint: field(string, {
      about: "Where to send: host:port, dns:///host:port or unix:///path; required",
      default: "",
      example: "otel-backend:4317",
    }),
    tls: tlsClientField,
    compression: field(compression, { about: "Compression of requests: gzip, zstd or none", default: "gzip" }),
    compression_params: field(compressionParams, { about: "More about compression", default: {} }),
    headers: clientHeadersField("gRPC"),
    timeout: timeoutField("5s"),
    sending_queue: queueFields(true),
    retry_on_failure: retryFields(true),
    auth: clientAuthField,
    keepalive: optionalField(keepalive, { about: "Signs of life on a silent connection; absent is none" }),
    wait_for_ready: field(boolean, {
      about: "A request waits for the connection, up to its timeout, instead of failing at once",
      default: false,
    }),
    balancer_name: field(
      v.pipe(
        string,
        v.rawTransform<string, "round_robin" | "pick_first">(({ dataset, addIssue, NEVER }) => {
          // Empty is grpc's own choice.
          if (dataset.value === "" || dataset.value === "pick_first") return "pick_first";
          if (dataset.value === "round_robin") return dataset.value;
          addIssue({ message: `invalid balancer_name: ${dataset.value}` });
          return NEVER;
        }),
      ),
      { about: "Among several addresses of the host: round_robin or pick_first", default: "round_robin" },
    ),
    authority: field(string, {
      about: "The :authority that the peer sees; empty is that of the endpoint",
      default: "",
    }),
    user_agent: field(string, { about: "The user-agent that the peer sees; empty is ours", default: "" }),
    read_buffer_size: field(integer, { about: "No effect: a buffer of Go's", default: 0, unit: "bytes" }),
    write_buffer_size: field(integer, { about: "No effect: a buffer of Go's", default: 524_288, unit: "bytes" }),
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
    const { endpoint, compression, compressionParams } = dataset.value;
    const { level } = compressionParams;
    if (compression === "gzip" && (level < -2 || level > 9)) {
      addIssue({ message: `unsupported parameters {Level:${level}} for compression type "gzip"` });
    }
    if (endpoint === "" || endpoint === "http://" || endpoint === "https://") {
      addIssue({ message: 'requires a non-empty "endpoint"' });
      return;
    }
    try {
      parseGrpcTarget(endpoint);
    } catch (error) {
      addIssue({ message: error instanceof Error ? error.message : String(error) });
    }
  }),
);
