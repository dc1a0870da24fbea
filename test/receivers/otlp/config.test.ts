import * as v from "valibot";
import t from "tap";
import { otlpReceiverConfig } from "../../../src/receivers/otlp/config.ts";
import { grpcServerLimits, httpServerLimits } from "../../../src/receivers/otlp/limits.ts";

function messages(config: unknown): string[] {
  const result = v.safeParse(otlpReceiverConfig, config);
  return result.success ? [] : result.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`);
}

const grpc = (keys: object): object => ({ protocols: { grpc: keys } });
const http = (keys: object): object => ({ protocols: { http: keys } });

t.test("a protocol is on when its key is written, null suffices", (t) => {
  const { protocols } = v.parse(otlpReceiverConfig, { protocols: { grpc: null } });
  t.equal(protocols.grpc?.endpoint, null, "the default endpoint is told from a written one");
  t.equal(protocols.http, undefined);
  t.end();
});

t.test("without a protocol it says so in upstream's words", (t) => {
  for (const config of [null, {}, { protocols: null }, { protocols: {} }]) {
    t.same(messages(config), ["protocols: must specify at least one protocol when using the OTLP receiver"]);
  }
  t.end();
});

const bad: readonly [object, RegExp][] = [
  [{ protocols: { thrift: null } }, /protocols.thrift/],
  [grpc({ endpoint: "http://localhost:4317" }), /protocols.grpc.endpoint: .*it has a scheme/],
  [grpc({ endpoint: "localhost" }), /missing port in address/],
  [grpc({ transport: "unix" }), /Expected tcp, tcp4 or tcp6/],
  [grpc({ read_buffer_size: -1 }), /invalid read_buffer_size value/],
  [grpc({ max_recv_msg_size_mib: 5000 }), /protocols.grpc.max_recv_msg_size_mib/],
  [grpc({ auth: { request_params: ["token"] } }), /protocols.grpc.auth.request_params: /],
  [http({ auth: { authenticator: 1 } }), /protocols.http.auth.authenticator: /],
  [http({ middlewares: [{ id: "x" }] }), /Middlewares are not supported yet/],
  [http({ compression_algorithms: ["gzip", "snappy"] }), /compression_algorithms.1: .*not supported yet/],
  [http({ tls: {} }), /TLS configuration must include both certificate and key for server connections/],
  [http({ tls: { cert_file: "a" } }), /TLS configuration must include both certificate and key/],
  [http({ tls: { cert_file: "a", cert_pem: "b", key_file: "c" } }), /either a certificate or the PEM-encoded string/],
  [http({ tls: { cert_file: "a", key_file: "c", cipher_suites: ["A"] } }), /Not supported yet: remove this key/],
  [http({ tls: { cert_file: "a", key_file: "c", reload_interval: "-1h" } }), /reload_interval must not be negative/],
];

t.test("what cannot be is said where it stands, and nothing is ignored silently", (t) => {
  for (const [config, expected] of bad) {
    const found = messages(config);
    t.equal(found.length, 1, JSON.stringify(config));
    t.match(found[0], expected, JSON.stringify(config));
  }
  t.end();
});

t.test("paths get a slash and lose all but the path of a URL", (t) => {
  const { protocols } = v.parse(
    otlpReceiverConfig,
    http({ traces_url_path: "in/traces", metrics_url_path: "http://host:4318/m?x=1", logs_url_path: null }),
  );
  t.match(protocols.http, { tracesUrlPath: "/in/traces", metricsUrlPath: "/m", logsUrlPath: "/" });
  t.end();
});

t.test("0 means the default of each limit", (t) => {
  const { protocols } = v.parse(otlpReceiverConfig, { protocols: { grpc: null, http: null } });
  if (protocols.grpc === undefined || protocols.http === undefined) throw new Error("Cannot happen: both are written");
  t.match(grpcServerLimits(protocols.grpc), {
    maxMessageBytes: 4_194_304,
    maxConcurrentStreams: 1000,
    keepaliveTimeMs: 7_200_000,
    keepaliveTimeoutMs: 20_000,
    maxConnectionIdleMs: 0,
  });
  t.match(httpServerLimits(protocols.http), {
    idleTimeoutMs: 3_600_000,
    headTimeoutMs: 60_000,
    requestTimeoutMs: 300_000,
  });
  t.end();
});

t.test("written limits hold", (t) => {
  const { protocols } = v.parse(otlpReceiverConfig, {
    protocols: {
      grpc: {
        max_recv_msg_size_mib: 16,
        max_concurrent_streams: 10,
        keepalive: { server_parameters: { max_connection_idle: "11s", time: "30s", timeout: "5s" } },
      },
      http: { idle_timeout: "2m", read_header_timeout: "20s", read_timeout: "10s" },
    },
  });
  if (protocols.grpc === undefined || protocols.http === undefined) throw new Error("Cannot happen: both are written");
  t.match(grpcServerLimits(protocols.grpc), {
    maxMessageBytes: 16_777_216,
    maxConcurrentStreams: 10,
    maxConnectionIdleMs: 11_000,
    keepaliveTimeMs: 30_000,
    keepaliveTimeoutMs: 5000,
  });
  t.match(httpServerLimits(protocols.http), {
    idleTimeoutMs: 120_000,
    headTimeoutMs: 10_000,
    requestTimeoutMs: 10_000,
  });
  t.end();
});
