import t from "tap";
import * as v from "valibot";
import { otlpHttp } from "../../../src/exporters/otlp-http/factory.ts";
import { testSettings } from "../../contracts/test-settings.ts";

const endpoint = "http://backend:4318";

t.test("defaults are upstream's", (t) => {
  t.match(v.parse(otlpHttp.config, { endpoint }), {
    endpoint,
    tracesEndpoint: "",
    encoding: "proto",
    compression: "gzip",
    compressionParams: { level: 0 },
    timeout: 30_000,
    idleConnTimeout: 90_000,
    maxIdleConns: 100,
    maxIdleConnsPerHost: 0,
    maxConnsPerHost: 0,
    disableKeepAlives: false,
    forceAttemptHttp2: true,
    http2ReadIdleTimeout: 0,
    http2PingTimeout: 0,
    proxyUrl: "",
    cookies: undefined,
    auth: undefined,
    readBufferSize: 0,
    writeBufferSize: 524_288,
    sendingQueue: { enabled: true, numConsumers: 10, queueSize: 1000 },
    retryOnFailure: { enabled: true },
  });
  t.end();
});

t.test("every key of upstream is taken", (t) => {
  t.doesNotThrow(() =>
    v.parse(otlpHttp.config, {
      endpoint,
      traces_endpoint: "http://a/t",
      metrics_endpoint: "http://a/m",
      logs_endpoint: "http://a/l",
      profiles_endpoint: "http://a/p",
      encoding: "json",
      compression: "zstd",
      compression_params: { level: 11 },
      timeout: "1s",
      headers: { a: "b" },
      tls: {},
      read_buffer_size: 1,
      write_buffer_size: 1,
      max_idle_conns: 1,
      max_idle_conns_per_host: 1,
      max_conns_per_host: 1,
      idle_conn_timeout: "1s",
      disable_keep_alives: true,
      force_attempt_http2: false,
      http2_read_idle_timeout: "1s",
      http2_ping_timeout: "1s",
      proxy_url: "http://proxy:3128",
      cookies: { enabled: false },
      auth: { authenticator: "x" },
      middlewares: [],
      retry_on_failure: { enabled: false },
      sending_queue: { enabled: false },
    }),
  );
  t.end();
});

t.test("mistakes are told in upstream's words, and what cannot be done is refused", (t) => {
  const cases: readonly (readonly [written: object, message: string])[] = [
    [{}, "at least one endpoint must be specified"],
    [{ endpoint: "backend:4318" }, "endpoint must be a valid URL that begins with http:// or https://"],
    [{ endpoint: "ftp://backend" }, "endpoint must be a valid URL that begins with http:// or https://"],
    [{ endpoint, logs_endpoint: "x" }, "logs_endpoint must be a valid URL that begins with http:// or https://"],
    [{ endpoint, proxy_url: "proxy" }, "proxy_url must be a valid URL that begins with http://, https:// or socks5://"],
    [{ endpoint, compression: "brotli" }, 'unsupported compression type "brotli"'],
    [
      { endpoint, compression: "snappy" },
      'unsupported compression type "snappy" here, use gzip, zstd, deflate or none',
    ],
    [{ endpoint, compression: "lz4" }, 'unsupported compression type "lz4" here, use gzip, zstd, deflate or none'],
    [{ endpoint, compression_params: { level: 10 } }, 'unsupported parameters {Level:10} for compression type "gzip"'],
    [{ endpoint, cookies: null }, "Cookies are not supported here: remove this key"],
    [{ endpoint, cookies: { enabled: true } }, "Cookies are not supported here: remove this key"],
    [{ endpoint, middlewares: [{ id: "x" }] }, "Middlewares are not supported here: remove this key"],
    [{ endpoint, headers: { a: "b\nc" } }, 'invalid header field value for "a": control characters are not allowed'],
    [{ endpoint, headers: { "Content-Length": "1" } }, 'header "Content-Length" belongs to the connection: remove it'],
  ];
  for (const [written, message] of cases) {
    const result = v.safeParse(otlpHttp.config, written);
    t.same(
      result.issues?.map((issue) => issue.message),
      [message],
      JSON.stringify(written),
    );
  }
  t.end();
});

t.test("a signal without a URL is refused when its exporter is made", (t) => {
  const config = v.parse(otlpHttp.config, { traces_endpoint: "http://backend/t" });
  t.doesNotThrow(() => otlpHttp.create(config, testSettings({ signal: "traces" })));
  t.throws(() => otlpHttp.create(config, testSettings({ signal: "logs" })), {
    message: "either endpoint or logs_endpoint must be specified",
  });
  t.end();
});

t.test("the old name is known, with upstream's notice", (t) => {
  t.same(otlpHttp.aliases, [{ type: "otlphttp", notice: '"otlphttp" alias is deprecated; use "otlp_http" instead' }]);
  t.end();
});
