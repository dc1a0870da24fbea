import t from "tap";
import * as v from "valibot";
import { otlpGrpc } from "../../../src/exporters/otlp-grpc/factory.ts";

const endpoint = "backend:4317";

t.test("defaults are upstream's", (t) => {
  const config = v.parse(otlpGrpc.config, { endpoint });
  t.match(config, {
    endpoint,
    compression: "gzip",
    timeout: 5000,
    balancerName: "round_robin",
    waitForReady: false,
    authority: "",
    userAgent: "",
    keepalive: undefined,
    auth: undefined,
    readBufferSize: 0,
    writeBufferSize: 524_288,
    tls: { insecure: false, insecureSkipVerify: false, minVersion: "1.2", maxVersion: "", reloadInterval: 0 },
    sendingQueue: { enabled: true, numConsumers: 10, queueSize: 1000 },
    retryOnFailure: { enabled: true },
  });
  t.equal(config.headers.size, 0);
  t.same(v.parse(otlpGrpc.config, { endpoint, keepalive: null }).keepalive, {
    time: 10_000,
    timeout: 10_000,
    permitWithoutStream: false,
  });
  t.equal(v.parse(otlpGrpc.config, { endpoint, keepalive: { enabled: false } }).keepalive, undefined);
  t.equal(v.parse(otlpGrpc.config, { endpoint, balancer_name: "" }).balancerName, "pick_first");
  t.end();
});

t.test("every key of upstream is taken", (t) => {
  t.doesNotThrow(() =>
    v.parse(otlpGrpc.config, {
      endpoint: "dns:///backend:4317",
      tls: {
        insecure: true,
        include_system_ca_certs_pool: true,
        include_insecure_cipher_suites: true,
        tpm: { enabled: false },
      },
      compression: "none",
      headers: [{ name: "a", value: "b" }],
      keepalive: { time: "30s", timeout: "5s", permit_without_stream: true },
      read_buffer_size: 1,
      write_buffer_size: 1,
      wait_for_ready: true,
      balancer_name: "pick_first",
      authority: "a",
      user_agent: "b",
      auth: { authenticator: "basicauth" },
      middlewares: [],
      timeout: "1s",
      retry_on_failure: { enabled: false },
      sending_queue: { enabled: false },
    }),
  );
  t.end();
});

t.test("mistakes are told in upstream's words, and what cannot be done is refused", (t) => {
  const cases: readonly (readonly [written: object, message: string])[] = [
    [{}, 'requires a non-empty "endpoint"'],
    [{ endpoint: "http://" }, 'requires a non-empty "endpoint"'],
    [{ endpoint: "backend" }, "address backend: missing port in address"],
    [{ endpoint: "backend:x" }, 'invalid port "x"'],
    [{ endpoint, balancer_name: "ring" }, "invalid balancer_name: ring"],
    [{ endpoint, compression: "brotli" }, 'unsupported compression type "brotli"'],
    [{ endpoint, compression: "deflate" }, 'unsupported compression type "deflate"'],
    [{ endpoint, compression_params: { level: 10 } }, 'unsupported parameters {Level:10} for compression type "gzip"'],
    [{ endpoint, compression: "snappy" }, 'unsupported compression type "snappy" here, use gzip, zstd or none'],
    [{ endpoint, middlewares: [{ id: "x" }] }, "Middlewares are not supported here: remove this key"],
    [{ endpoint, headers: { "a b": "c" } }, 'invalid header field name "a b"'],
    [{ endpoint, headers: { "a!": "c" } }, 'invalid header field name "a!"'],
    [
      { endpoint, headers: { a: "b\nc" } },
      'invalid header field value for "a": only visible ASCII characters and spaces are allowed',
    ],
    [
      { endpoint, tls: { ca_file: "a", ca_pem: "b" } },
      "provide either a CA file or the PEM-encoded string, but not both",
    ],
    [
      { endpoint, tls: { cert_file: "a" } },
      "TLS configuration must include both certificate and key (CertFile/CertPem and KeyFile/KeyPem)",
    ],
    [
      { endpoint, tls: { min_version: "1.3", max_version: "1.2" } },
      "invalid TLS configuration: min_version cannot be greater than max_version",
    ],
    [
      { endpoint, tls: { max_version: "1.1" } },
      "invalid TLS configuration: min_version cannot be greater than max_version",
    ],
    [{ endpoint, tls: { cipher_suites: ["X"] } }, 'invalid TLS cipher suite: "X"'],
    [
      { endpoint, tls: { cipher_suites: ["TLS_RSA_WITH_AES_128_CBC_SHA"] } },
      'invalid TLS cipher suite: "TLS_RSA_WITH_AES_128_CBC_SHA"',
    ],
    [
      { endpoint, tls: { curve_preferences: ["P1"] } },
      "invalid curve type: P1. Expected values are [P256 P384 P521 X25519 X25519MLKEM768]",
    ],
    [{ endpoint, tls: { tpm: { enabled: true } } }, "A TPM is not supported here: give the key in key_file or key_pem"],
    [{ endpoint, timeout: "-1s" }, "'timeout' must be non-negative"],
  ];
  for (const [written, message] of cases) {
    const result = v.safeParse(otlpGrpc.config, written);
    t.same(
      result.issues?.map((issue) => issue.message),
      [message],
      JSON.stringify(written),
    );
  }
  t.end();
});

t.test("the old name is known, with upstream's notice", (t) => {
  t.same(otlpGrpc.aliases, [{ type: "otlp", notice: '"otlp" alias is deprecated; use "otlp_grpc" instead' }]);
  t.end();
});
