import { spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import path from "node:path";
import t, { type Test } from "tap";
import { boundEndpoint, listen } from "../../src/net/listen.ts";
import { CollectorProcess, freePort, root, until } from "../e2e/collector-process.ts";

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Not the synchronous form: the servers of these tests live in this process. */
async function otelcol(...args: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, [path.join(root, "bin/otelcol"), ...args], { cwd: root });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

async function serve(t: Test, answer: http.RequestListener): Promise<number> {
  const server = http.createServer(answer);
  await listen(server, { port: 0, host: "127.0.0.1" });
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return boundEndpoint(server).port;
}

function postReload(port: number): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/-/reload`, { method: "POST" });
}

interface Running {
  readonly collector: CollectorProcess;
  readonly yaml: string;
  readonly ports: { readonly otlp: number; readonly zpages: number; readonly health: number };
}

async function running(t: Test): Promise<Running> {
  const ports = { otlp: await freePort(), zpages: await freePort(), health: await freePort() };
  const target = await serve(t, (request, response) => void request.resume().on("end", () => response.end()));
  const yaml = `
extensions:
  zpages: { endpoint: "127.0.0.1:${ports.zpages}" }
  health_check: { endpoint: "127.0.0.1:${ports.health}", reload: { enabled: true } }
receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:${ports.otlp}" } } } }
processors: { memory_limiter: { limit_mib: 300, check_interval: 1s } }
exporters: { nop: {}, otlp_http: { endpoint: "http://127.0.0.1:${target}" } }
service:
  extensions: [zpages, health_check]
  telemetry: { metrics: { level: none } }
  pipelines:
    traces: { receivers: [otlp], processors: [memory_limiter], exporters: [nop, otlp_http] }
    metrics: { receivers: [otlp], exporters: [nop] }
`;
  const collector = await CollectorProcess.start(yaml);
  t.teardown(() => collector.stop());
  return { collector, yaml, ports };
}

t.test("healthcheck, send-test and doctor ask a running collector", async (t) => {
  const { collector, yaml, ports } = await running(t);

  await t.test("healthcheck answers by its exit code, at an endpoint or where the configuration says", async (t) => {
    const url = `http://127.0.0.1:${ports.health}`;
    t.match(await otelcol("healthcheck", "--endpoint", url), { code: 0, stdout: /^healthy: .*"Server available"/ });
    t.match(await otelcol("healthcheck", `--config=yaml:${yaml}`), {
      code: 0,
      stdout: new RegExp(`^healthy: ${url}/`),
    });
    const json = await otelcol("healthcheck", "--endpoint", url, "--pipeline=traces", "--format=json");
    t.match(JSON.parse(json.stdout), { healthy: true, url: `${url}/readyz?pipeline=traces` });
    t.match(await otelcol("healthcheck", "--endpoint", url, "--pipeline=no"), {
      code: 1,
      stderr: /not healthy: .*HTTP 404/,
    });
    const nobody = await otelcol("healthcheck", `--endpoint=127.0.0.1:${await freePort()}`);
    t.match(nobody, { code: 1, stderr: /nobody listens on 127\.0\.0\.1:\d+\nstart the collector/ });
    t.match(await otelcol("healthcheck", "--config=config/otel-local-config.yaml"), {
      code: 1,
      stderr: /no health_check/,
    });
  });

  await t.test("send-test says what came back for each signal and protocol", async (t) => {
    const { code, stdout } = await otelcol(
      "send-test",
      "--endpoint",
      `http://127.0.0.1:${ports.otlp}`,
      "--format=json",
    );
    t.equal(code, 1, "no pipeline takes logs");
    const { results } = JSON.parse(stdout) as { results: { signal: string; protocol: string; accepted: boolean }[] };
    t.equal(results.length, 9);
    t.same([...new Set(results.filter(({ accepted }) => !accepted).map(({ signal }) => signal))], ["logs"]);
    t.match(
      results.find(({ signal, protocol }) => signal === "logs" && protocol === "grpc"),
      { answer: /UNIMPLEMENTED \(12\)/ },
    );
    const text = await otelcol(
      "send-test",
      "--endpoint",
      `127.0.0.1:${ports.otlp}`,
      "--signal=traces",
      "--signal=metrics",
    );
    t.equal(text.code, 0);
    t.match(text.stdout, /^ok {4}traces {3}grpc +http:\/\/127\.0\.0\.1:\d+\/? +accepted \(/);
  });

  await t.test("doctor finds its ports, targets and the spans that it sent", async (t) => {
    const text = await otelcol("doctor", `--config=yaml:${yaml}`);
    t.equal(text.code, 0, text.stdout);
    t.match(text.stdout, new RegExp(`OK {4}port ${ports.otlp} \\(otlp\\): open, held by `));
    for (const protocol of ["grpc", "http/protobuf", "http/json"])
      t.match(text.stdout, `span by ${protocol} to ${ports.otlp}: accepted`);
    t.match(text.stdout, /OK {4}test spans in the ledger: received 3; the exporters sent [1-9]/);
    t.match(text.stdout, /OK {4}target http:\/\/127\.0\.0\.1:\d+ \(otlp_http\)/);
    t.match(text.stdout, /OK {4}clock beside .*: within 2 s/);
    t.match(text.stdout, /memory \(memory_limiter\): limit_mib 300 of \d+ MiB/);
    const json = await otelcol("doctor", `--config=yaml:${yaml}`, "--no-send", "--format=json");
    t.match(JSON.parse(json.stdout), { healthy: true, checks: [{ name: String, status: "ok" }] });
    t.notMatch(json.stdout, "span by");
  });

  await t.test("POST /-/reload reads the configuration again", async (t) => {
    t.equal((await postReload(ports.health)).status, 200);
    await until("the log says so", () => collector.stderr.includes("Configuration reloaded"));
    collector.write(yaml.replace("limit_mib", "limit_mb"));
    const refused = await postReload(ports.health);
    t.equal(refused.status, 400);
    t.match(await refused.text(), /config\.yaml:\d+:\d+ processors::memory_limiter/);
    collector.write(yaml);
  });
});

t.test("send-test reads partial success, refusals and wrong ports", async (t) => {
  const partial = await serve(t, (request, response) => {
    request.resume().on("end", () => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ partialSuccess: { rejectedSpans: "1", errorMessage: "too old" } }));
    });
  });
  const args = ["send-test", "--signal=traces", "--protocol=http/json", "--endpoint"];
  t.match(await otelcol(...args, `127.0.0.1:${partial}`), { code: 1, stdout: /partial success: 1 rejected: too old/ });
  const refusing = await serve(t, (request, response) => {
    request.resume().on("end", () => response.writeHead(503, { "retry-after": "2" }).end("busy"));
  });
  t.match(await otelcol(...args, `127.0.0.1:${refusing}`), { code: 1, stdout: /HTTP 503: busy, try again after 2 s/ });
  const grpc = ["send-test", "--signal=traces", "--protocol=grpc", "--timeout=2s", "--endpoint"];
  t.match(await otelcol(...grpc, `127.0.0.1:${refusing}`), { code: 1, stdout: /FAIL {2}traces {3}grpc/ });

  const server = http2.createServer();
  server.on("stream", (stream) => {
    stream.resume().on("end", () => {
      stream.respond(
        { ":status": 200, "content-type": "application/grpc", "grpc-status": "16", "grpc-message": "no%20token" },
        { endStream: true },
      );
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  const { port } = server.address() as { port: number };
  t.match(await otelcol(...grpc, `127.0.0.1:${port}`), {
    code: 1,
    stdout: /UNAUTHENTICATED \(16\): no token .*\n +give the credentials with --header/,
  });
});

t.test("doctor names what is missing when nothing runs", async (t) => {
  const port = await freePort();
  const yaml = `{receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:${port}"}}}}, exporters: {otlp_http: {endpoint: "http://127.0.0.1:${await freePort()}"}}, service: {telemetry: {metrics: {level: none}}, pipelines: {traces: {receivers: [otlp], exporters: [otlp_http]}}}}`;
  const { code, stdout } = await otelcol("doctor", `--config=yaml:${yaml}`, "--timeout=1s");
  t.equal(code, 1);
  t.match(
    stdout,
    new RegExp(`FAIL {2}port ${port} \\(otlp\\): nobody listens on 127\\.0\\.0\\.1:${port}\n +start the collector`),
  );
  t.match(stdout, /FAIL {2}target .*\(otlp_http\): nobody listens/);
  t.match(stdout, /SKIP {2}test spans in the ledger: the configuration has no zpages/);
});

t.test("doctor without --config checks what otelcol without it runs", async (t) => {
  const { stdout } = await otelcol("doctor", "--port-offset=9000", "--no-send", "--timeout=1s");
  t.match(stdout, /port 13318 \(otlp\)/);
  t.match(await otelcol("doctor", "--config=yaml:x: y", "--port-offset=1"), {
    code: 1,
    stderr: "--port-offset changes",
  });
});

t.test("wrong flags of these commands say what to write", async (t) => {
  for (const [args, message] of [
    [["send-test", "--header", "x"], 'invalid argument "x" for "--header" flag: write NAME=VALUE'],
    [["send-test", "--endpoint", "ftp://x"], "write http://host:port"],
    [["healthcheck", "--timeout", "0s"], "must be more than 0"],
    [["healthcheck", "--timeout", "x"], 'invalid argument "x" for "--timeout" flag'],
  ] as const) {
    t.match(await otelcol(...args), { code: 1, stderr: message });
  }
});
